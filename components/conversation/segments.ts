import type { DynamicToolUIPart, ReasoningUIPart } from "ai";
import { type AnswerFacts, type ChatMessage, factsOf } from "./turn-messages";

export type LedgerPart = ReasoningUIPart | DynamicToolUIPart;

export type Segment =
  | { readonly kind: "ledger"; readonly key: string; readonly parts: readonly LedgerPart[] }
  | { readonly kind: "text"; readonly key: string; readonly text: string; readonly isOpen: boolean };

/** An answer in the order it was made: ledgers of what was done, and the text between them. */
export function segmentsOf(parts: ChatMessage["parts"]): readonly Segment[] {
  const segments: Segment[] = [];
  parts.forEach((part, index) => {
    const last = segments.at(-1);
    if (part.type === "text") {
      const isOpen = part.state === "streaming";
      const joins = factsOf(part.providerMetadata).continues ? "" : "\n\n";
      if (last?.kind === "text") {
        segments[segments.length - 1] = { ...last, text: last.text + joins + part.text, isOpen };
      } else if (part.text.trim() !== "" || isOpen)
        segments.push({ kind: "text", key: `${index}`, text: part.text, isOpen });
    } else if (part.type === "reasoning" || part.type === "dynamic-tool") {
      if (last?.kind === "ledger") segments[segments.length - 1] = { ...last, parts: [...last.parts, part] };
      else segments.push({ kind: "ledger", key: `${index}`, parts: [part] });
    }
  });
  return segments;
}

/** The Markdown of an answer, as it came. */
export const markdownOf = (parts: ChatMessage["parts"]): string =>
  segmentsOf(parts)
    .flatMap((segment) => (segment.kind === "text" ? [segment.text.trim()] : []))
    .join("\n\n");

export type LedgerEntry =
  | { readonly kind: "one"; readonly part: LedgerPart; readonly key: string }
  | { readonly kind: "many"; readonly parts: readonly DynamicToolUIPart[]; readonly key: string };

const isDone = (part: LedgerPart): part is DynamicToolUIPart =>
  part.type === "dynamic-tool" && part.state === "output-available";

/** More than five finished calls in a row stand as one. */
export function ledgerEntries(parts: readonly LedgerPart[]): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (let index = 0; index < parts.length; ) {
    const run: DynamicToolUIPart[] = [];
    for (let next = parts[index]; next && isDone(next); next = parts[index + run.length]) run.push(next);
    const part = parts[index];
    if (run.length > 5) entries.push({ kind: "many", parts: run, key: `${index}-many` });
    else if (part) entries.push({ kind: "one", part, key: `${index}` });
    index += run.length > 5 ? run.length : 1;
  }
  return entries;
}

/** What a call is about, on one line: its first argument that is words. */
export function precisOf(input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  const words = Object.values(input).find((value) => typeof value === "string" && value.trim() !== "");
  return typeof words === "string" ? words.trim().replace(/\s+/g, " ").slice(0, 200) : "";
}

export type Turn = { readonly key: string; readonly question: ChatMessage | null; readonly answer: ChatMessage | null };

export function turnsOf(messages: readonly ChatMessage[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.role === "user") turns.push({ key: message.id, question: message, answer: null });
    else if (last && !last.answer) turns[turns.length - 1] = { ...last, answer: message };
    else turns.push({ key: message.id, question: null, answer: message });
  }
  return turns;
}

export const textOf = (message: ChatMessage | null): string =>
  message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";

export type Ending = "going" | "ready" | "stopped" | "broke";

/** How a turn stands, by its stop. */
export function endingOf(facts: AnswerFacts | undefined, isBusy: boolean): Ending {
  const stop = facts?.stop;
  if (!stop) return isBusy ? "going" : "broke";
  if (stop.status === "cancelled" || stop.error === "cancelled") return "stopped";
  return stop.is_error ? "broke" : "ready";
}
