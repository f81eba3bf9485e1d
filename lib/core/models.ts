import { ChatError } from "../domain/errors.ts";
import type { Scope } from "./scope.ts";

/** Throws "bad-request" for a model that may not be asked for, with the names of those that may. */
export async function checkModel(
  scope: Pick<Scope, "models" | "providerKey">,
  model: string | undefined,
): Promise<void> {
  if (model === undefined || model === scope.models.defaultModel) return;
  const known = await scope.models.list(scope.providerKey);
  if (known.some((one) => one.id === model)) return;
  const names = known.map((one) => one.id).join(", ");
  throw new ChatError("bad-request", `Model "${model}" is not available. Available models: ${names}`, {
    field: "model",
  });
}
