import { providerModels } from "../../model/catalogue.ts";
import { chosenModel } from "../../model/choose-model.ts";
import { modelNames } from "../../model/names.ts";
import type { Settings } from "../settings.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** Whether the provider of models can be reached with the key of the settings, and has the models that they name. */
export async function checkProvider({ openai }: Pick<Settings, "openai">): Promise<Finding> {
  const check = "model provider";
  if (openai.apiKey === undefined && openai.baseUrl === undefined) return ok(check, "none: the built-in demo answers");
  let listed: Awaited<ReturnType<typeof providerModels>>;
  try {
    listed = await providerModels(openai);
  } catch (thrown) {
    const why = thrown instanceof Error ? causeOf(thrown) : String(thrown);
    return fail(
      check,
      why,
      "Correct OPENAI_API_KEY and OPENAI_BASE_URL, and see that this machine may reach that address.",
    );
  }
  const isOpen = openai.baseUrl !== undefined && openai.model === undefined;
  const model = isOpen ? chosenModel(listed)?.id : openai.model;
  if (isOpen && model === undefined) {
    return fail(check, "reached, and its list names no model that one can chat with", "Set OPENAI_MODEL.");
  }
  const { defaultModel, smallModel } = modelNames({ ...openai, model });
  const names = [...new Set([defaultModel, smallModel])].join(" and ");
  const offered = new Set(listed.map(({ id }) => id));
  if (offered.size === 0) return ok(check, `reached; it lists no models, ${names} may be there`);
  const missing = [defaultModel, smallModel].find((model) => !offered.has(model));
  if (missing === undefined) return ok(check, `reached; it has ${names}`);
  return warn(
    check,
    `reached, and ${missing} is not in its list`,
    "Set OPENAI_MODEL and OPENAI_SMALL_MODEL to models of its list.",
  );
}

/** What Node says of a request that failed is in its cause. */
const causeOf = (thrown: Error): string =>
  thrown.cause instanceof Error && thrown.cause.message !== "" ? thrown.cause.message : thrown.message;
