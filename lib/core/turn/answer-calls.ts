import { ChatError } from "../../domain/errors.ts";
import type { NewMessage } from "../../domain/message.ts";
import { openCalls } from "../../domain/open-calls.ts";

/**
 * New results as the answers to the calls that a line leaves open: each with the name of its call, in the order of the
 * calls.
 *
 * Throws "conflict" for a result whose call does not wait, or not any more, and where another call waits besides: it
 * would be lost, since what is said next closes it.
 */
export function answeringInput(
  line: readonly Pick<NewMessage, "role" | "parts">[],
  input: readonly NewMessage[],
): NewMessage[] {
  const left = new Map(input.map((message) => [callIdOf(message), message]));
  const calls = openCalls(line);
  const answers = calls.flatMap(({ callId, name }) => {
    const message = left.get(callId);
    if (!message) return [];
    left.delete(callId);
    const parts = message.parts.map((part) => (part.type === "tool-result" ? { ...part, name } : part));
    return [{ ...message, parts }];
  });
  const [unknown] = left.keys();
  if (unknown !== undefined) throw refused(`The call "${unknown}" does not wait for an answer`, unknown);
  const missing = calls.find(({ callId }) => !answers.some((message) => callIdOf(message) === callId));
  if (missing) throw refused(`The call "${missing.callId}" waits too: answer all calls together`, missing.callId);
  return answers;
}

const callIdOf = ({ parts }: Pick<NewMessage, "parts">): string =>
  parts.flatMap((part) => (part.type === "tool-result" ? [part.callId] : []))[0] ?? "";

const refused = (sentence: string, id: string) => new ChatError("conflict", sentence, { noun: "call", id });
