import { messageText, type NewMessage, type Part } from "../../domain/message.ts";
import type { PromptMessage, PromptPart } from "../../domain/model.ts";
import { NOT_ANSWERED } from "../../domain/open-calls.ts";

type Stored = Pick<NewMessage, "role" | "name"> & { readonly parts: readonly Part[] };

export type PromptLine = {
  readonly past: readonly PromptMessage[];
  readonly fresh: readonly PromptMessage[];
  /** For each of `past` and then of `fresh`: which stored message it comes of, counted through past and new ones. */
  readonly origins: readonly number[];
};

/**
 * Past and new messages as the model sees them, in order. The calls that new results answer count as new.
 *
 * A call that nothing answers before the next message gets the result "not answered", and a result without a call is
 * left out: providers refuse both. Reasoning is shown to no model, and goes back to the provider that made it where
 * that wants it. With `recallTools` off, past calls go with their results, but for those that a new message answers.
 * The text of a past message of one part is trimmed.
 */
export function promptLine(past: readonly Stored[], fresh: readonly Stored[], recallTools: boolean): PromptLine {
  const line: PromptMessage[] = [];
  const origins: number[] = [];
  const push = (message: PromptMessage, origin: number) => {
    line.push(message);
    origins.push(origin);
  };
  let border = 0;
  const open = new Map<string, { readonly name: string; readonly at: number }>();
  const answered = new Set(fresh.flatMap((message) => results(message).map((part) => part.callId)));
  const closeOpen = () => {
    for (const [callId, { name, at }] of open) {
      push({ role: "tool", callId, name, output: NOT_ANSWERED, isError: true }, at);
    }
    open.clear();
  };

  const before = joinContinued(past, 0);
  for (const [n, { message, at }] of [...before, ...joinContinued(fresh, past.length)].entries()) {
    if (n === before.length) {
      if (results(message).length === 0) closeOpen();
      border = open.size > 0 ? line.findLastIndex((one) => one.role === "assistant") : line.length;
    }
    for (const { callId, output, isError, tellsPassages } of results(message)) {
      const called = open.get(callId);
      if (called === undefined) continue;
      open.delete(callId);
      const told = tellsPassages && n < before.length ? withoutNumbers(output) : output;
      push({ role: "tool", callId, name: called.name, output: told, isError }, at);
    }
    if (message.role === "tool") continue;
    closeOpen();
    const name = message.name ?? undefined;
    const isPast = n < before.length;
    switch (message.role) {
      case "system":
        push({ role: "system", text: messageText(message.parts) }, at);
        break;
      case "user": {
        const parts = message.parts.flatMap(userPart);
        if (parts.length === 0 && results(message).length > 0) break;
        push({ role: "user", name, parts: isPast ? trimmed(parts) : parts }, at);
        break;
      }
      case "assistant": {
        const whole = joinedText(message.parts);
        const text = isPast ? whole.trim() : whole;
        const calls = message.parts.flatMap((part) =>
          part.type === "tool-call" && (recallTools || !isPast || answered.has(part.callId)) ? [part] : [],
        );
        if (text === "" && calls.length === 0) break;
        const called = calls.map(({ callId, name, input }) => ({ callId, name, input }));
        push({ role: "assistant", name, text, calls: called, ...providerOf(message.parts) }, at);
        for (const { callId, name } of calls) open.set(callId, { name, at });
        break;
      }
      default:
        message.role satisfies never;
    }
  }
  closeOpen();
  if (fresh.length === 0) border = line.length;
  return { past: line.slice(0, border), fresh: line.slice(border), origins };
}

/**
 * Joins an answer that broke off with the one that goes on with it: providers refuse two of one role in a row. `at`
 * counts from `start` and is that of the first of them.
 */
function joinContinued(messages: readonly Stored[], start: number): { message: Stored; readonly at: number }[] {
  const joined: { message: Stored; readonly at: number }[] = [];
  for (const [n, message] of messages.entries()) {
    const before = joined.at(-1);
    const last = before?.message;
    const first = message.parts.find((part) => part.type === "text");
    const goesOn = message.role === "assistant" && first?.type === "text" && first.continues === true;
    if (goesOn && before && last?.role === "assistant" && !last.parts.some((part) => part.type === "tool-call")) {
      before.message = { ...last, parts: [...last.parts, ...message.parts] };
    } else {
      joined.push({ message, at: start + n });
    }
  }
  return joined;
}

const results = ({ parts }: Stored) => parts.flatMap((part) => (part.type === "tool-result" ? [part] : []));

/**
 * What the provider of a message wants back, with the thoughts that it had. Of an answer that broke off the last
 * counts.
 */
function providerOf(parts: readonly Part[]): Pick<Extract<PromptMessage, { role: "assistant" }>, "provider"> {
  const data = parts.findLast((part) => part.type === "provider-data");
  if (!data) return {};
  const { type: _, ...provider } = data;
  const thoughts = parts.flatMap((part) => (part.type === "reasoning" ? [part.text] : [])).join("");
  return { provider: { ...provider, thoughts } };
}

const trimmed = (parts: PromptPart[]): PromptPart[] => {
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" ? [{ type: "text", text: first.text.trim() }] : parts;
};

const userPart = (part: Part): PromptPart[] => {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.type === "image") return [{ type: "image", url: part.url, detail: part.detail }];
  if (part.type === "file") return [part];
  return [];
};

/** Passages that an earlier answer was told of: their numbers are those of its sources, and not of the next one's. */
function withoutNumbers(output: unknown): unknown {
  if (!Array.isArray(output)) return output;
  return output.map((one: unknown) => {
    if (typeof one !== "object" || one === null || !("n" in one)) return one;
    const { n: _, ...rest } = one;
    return rest;
  });
}

/** The texts of a message: blocks by a blank line, one that goes on where the last broke off without. */
export function joinedText(parts: readonly Part[]): string {
  let text = "";
  for (const part of parts) {
    if (part.type !== "text") continue;
    text += text === "" || part.continues ? part.text : `\n\n${part.text}`;
  }
  return text;
}
