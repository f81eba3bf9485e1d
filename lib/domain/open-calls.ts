import type { Part } from "./message.ts";
import type { ToolCall } from "./tool.ts";

/** What stands for the result of a call that nobody has answered. */
export const NOT_ANSWERED = { error: "not answered" } as const;

type Said = { readonly role: string; readonly parts: readonly Part[] };

/** A call without a result. */
export type UnansweredCall = {
  readonly call: ToolCall;
  /** The place of its message in the line. */
  readonly at: number;
  /** Whether it waits for its answer; else something was said instead of one. */
  readonly isOpen: boolean;
};

/**
 * The calls of a line that have no result, in their order. A call waits until anything but a result is said.
 *
 * Ids need be unique in one message only: some providers give each of their answers the same.
 */
export function unansweredCalls(line: readonly Said[]): UnansweredCall[] {
  const closed: UnansweredCall[] = [];
  let open: UnansweredCall[] = [];
  for (const [at, { role, parts }] of line.entries()) {
    const answered = new Set(parts.flatMap((part) => (part.type === "tool-result" ? [part.callId] : [])));
    if (answered.size > 0) open = open.filter(({ call }) => !answered.has(call.callId));
    if (role === "tool") continue;
    closed.push(...open.map((one) => ({ ...one, isOpen: false })));
    open = parts.flatMap((part) => {
      if (part.type !== "tool-call") return [];
      const { callId, name, input } = part;
      return [{ call: { callId, name, input }, at, isOpen: true }];
    });
  }
  return [...closed, ...open];
}

/** The calls that wait for an answer at the end of a line, in their order. */
export const openCalls = (line: readonly Said[]): ToolCall[] =>
  unansweredCalls(line).flatMap(({ call, isOpen }) => (isOpen ? [call] : []));
