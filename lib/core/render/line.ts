import { messageText, type NewMessage, type Part } from "../../domain/message.ts";
import type { PromptMessage, PromptPart } from "../../domain/model.ts";

const NOT_ANSWERED = { error: "not answered" };

type Stored = Pick<NewMessage, "role" | "name"> & { readonly parts: readonly Part[] };

/**
 * Past and new messages as the model sees them, in order. The calls that new results answer count as new.
 *
 * A call that nothing answers before the next message gets the result "not answered", and a result without a call is
 * left out: providers refuse both. Reasoning is not sent back. With `recallTools` off, calls go with their results.
 */
export function promptLine(
  past: readonly Stored[],
  fresh: readonly Stored[],
  recallTools: boolean,
): { readonly past: readonly PromptMessage[]; readonly fresh: readonly PromptMessage[] } {
  const line: PromptMessage[] = [];
  let border = 0;
  const open = new Map<string, string>();
  const closeOpen = () => {
    for (const [callId, name] of open) line.push({ role: "tool", callId, name, output: NOT_ANSWERED, isError: true });
    open.clear();
  };

  for (const [n, message] of [...past, ...fresh].entries()) {
    if (n === past.length) {
      if (message.role !== "tool") closeOpen();
      border = open.size > 0 ? line.findLastIndex((one) => one.role === "assistant") : line.length;
    }
    if (message.role === "tool") {
      for (const part of message.parts) {
        if (part.type !== "tool-result") continue;
        const name = open.get(part.callId);
        if (name === undefined) continue;
        open.delete(part.callId);
        line.push({ role: "tool", callId: part.callId, name, output: part.output, isError: part.isError });
      }
      continue;
    }
    closeOpen();
    const name = message.name ?? undefined;
    switch (message.role) {
      case "system":
        line.push({ role: "system", text: messageText(message.parts) });
        break;
      case "user":
        line.push({ role: "user", name, parts: message.parts.flatMap(userPart) });
        break;
      case "assistant": {
        const text = joinedText(message.parts);
        const calls = recallTools ? message.parts.flatMap((part) => (part.type === "tool-call" ? [part] : [])) : [];
        if (text === "" && calls.length === 0) break;
        line.push({
          role: "assistant",
          name,
          text,
          calls: calls.map(({ callId, name, input }) => ({ callId, name, input })),
        });
        for (const call of calls) open.set(call.callId, call.name);
        break;
      }
      default:
        message.role satisfies never;
    }
  }
  closeOpen();
  if (fresh.length === 0) border = line.length;
  return { past: line.slice(0, border), fresh: line.slice(border) };
}

const userPart = (part: Part): PromptPart[] => {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.type === "image") return [{ type: "image", url: part.url, detail: part.detail }];
  return [];
};

/** The texts of an answer: blocks by a blank line, one that goes on where the last broke off without. */
function joinedText(parts: readonly Part[]): string {
  let text = "";
  for (const part of parts) {
    if (part.type !== "text") continue;
    text += text === "" || part.continues ? part.text : `\n\n${part.text}`;
  }
  return text;
}
