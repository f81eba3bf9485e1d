import { z } from "zod";
import { ChatError } from "../../domain/errors.ts";
import type { SystemSpec } from "../../domain/tool-spec.ts";
import type { Scope, ServerToolCall } from "../scope.ts";
import { type Arguments, argumentsOf } from "./arguments.ts";
import { type OperationName, operationName } from "./operations.ts";

/**
 * One operation of the API, for the account of the turn. `id` is the resource it is about, in lower case; empty: none.
 */
export type OperationCall = {
  readonly scope: Scope;
  readonly id: string;
  readonly input: Arguments;
  readonly signal: AbortSignal;
};

/** Does an operation, in the words and with the answers of the dialect whose API it is. */
export type Operate = (name: OperationName, call: OperationCall) => Promise<unknown>;

/**
 * An operation of this API as a tool. It acts for the account of the turn, with the same checks as over HTTP.
 *
 * What the tool fixes wins over what the model gives. A chat on the session of the turn is refused: it would wait for
 * itself. Throws what the model is to be told.
 */
export async function runSystem(
  spec: SystemSpec,
  { scope, session, input, signal }: ServerToolCall,
  operate: Operate,
): Promise<unknown> {
  const name = operationName(spec);
  const given = { ...argumentsOf(input), ...spec.arguments };
  const said = z.string().safeParse(given.id ?? given[`${spec.resource}_id`]).data;
  const id = (spec.resourceId ?? said ?? "").toLowerCase();
  if (name === "session.chat" && id === session.id) throw new Error("A session cannot chat with itself");
  try {
    return await operate(name, { scope, id, input: given, signal });
  } catch (thrown) {
    throw new Error(reason(thrown), { cause: thrown });
  }
}

/** What is wrong, for a model that can call again: the field and what is allowed. */
function reason(thrown: unknown): string {
  if (thrown instanceof z.ZodError) {
    return thrown.issues.map((issue) => `${issue.path.join(".") || "arguments"}: ${issue.message}`).join("; ");
  }
  return thrown instanceof ChatError ? thrown.message : "The operation failed on our side";
}
