import { ChatError } from "../domain/errors.ts";
import type { Scope } from "./scope.ts";

const MOST_NAMES = 50;

/** Throws "bad-request" for a model that may not be asked for, with the names of those that may. */
export async function checkModel(
  { models, providerKey }: Pick<Scope, "models" | "providerKey">,
  model: string | undefined,
): Promise<void> {
  if (model === undefined || model === models.defaultModel || (await models.mayAsk(model, providerKey))) return;
  const known = await models.list(providerKey);
  const names = known.slice(0, MOST_NAMES).map(({ id }) => id);
  const more = known.length > names.length ? ` and ${known.length - names.length} more` : "";
  const message = `Model "${model}" is not available. Available models: ${names.join(", ")}${more}`;
  throw new ChatError("bad-request", message, { field: "model" });
}
