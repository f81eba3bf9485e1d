import type { Block, ReasoningBlock, ToolBlock, TurnState } from "./turn-state";

export type LedgerBlock = ReasoningBlock | ToolBlock;

/** What was done, with its place in the answer, which names it. */
export type LedgerItem = { readonly block: LedgerBlock; readonly key: string };

export type Segment =
  | { readonly kind: "ledger"; readonly key: string; readonly items: readonly LedgerItem[] }
  | { readonly kind: "text"; readonly key: string; readonly text: string; readonly isOpen: boolean };

/** An answer in the order it was made: ledgers of what was done, and the text between them. */
export function segmentsOf(blocks: readonly Block[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (const [index, block] of blocks.entries()) {
    const last = segments.at(-1);
    const key = `${index}`;
    if (block.kind === "text") {
      const isOpen = !block.done;
      const joins = block.continues ? "" : "\n\n";
      if (last?.kind === "text") {
        segments[segments.length - 1] = { ...last, text: last.text + joins + block.text, isOpen };
      } else if (block.text.trim() !== "" || isOpen) segments.push({ kind: "text", key, text: block.text, isOpen });
    } else if (last?.kind === "ledger") {
      segments[segments.length - 1] = { ...last, items: [...last.items, { block, key }] };
    } else segments.push({ kind: "ledger", key, items: [{ block, key }] });
  }
  return segments;
}

/** The Markdown of an answer, as it came. */
export const markdownOf = (blocks: readonly Block[]): string =>
  segmentsOf(blocks)
    .flatMap((segment) => (segment.kind === "text" ? [segment.text.trim()] : []))
    .join("\n\n");

export type LedgerEntry =
  | { readonly kind: "one"; readonly item: LedgerItem; readonly key: string }
  | {
      readonly kind: "many";
      readonly items: readonly LedgerItem[];
      readonly calls: readonly ToolBlock[];
      readonly key: string;
    };

const isDone = (block: LedgerBlock | undefined): block is ToolBlock =>
  block?.kind === "tool" && block.result !== null && !block.result.isError;

/** More than five finished calls in a row stand as one. */
export function ledgerEntries(items: readonly LedgerItem[]): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (let index = 0; index < items.length; ) {
    const calls: ToolBlock[] = [];
    for (let next = items[index]?.block; isDone(next); next = items[index + calls.length]?.block) calls.push(next);
    const item = items[index];
    const isMany = calls.length > 5;
    const key = `${index}`;
    if (isMany)
      entries.push({ kind: "many", items: items.slice(index, index + calls.length), calls, key: `${key}-many` });
    else if (item) entries.push({ kind: "one", item, key });
    index += isMany ? calls.length : 1;
  }
  return entries;
}

/** What a call is about, on one line: its first argument that is words. */
export function precisOf(input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  const words = Object.values(input).find((value) => typeof value === "string" && value.trim() !== "");
  return typeof words === "string" ? words.trim().replace(/\s+/g, " ").slice(0, 200) : "";
}

export type Ending = "going" | "ready" | "stopped" | "broke";

type Ended = Pick<TurnState, "stop" | "runId">;

/** How a turn stands, by its stop. What was stored without a run of its own has none, and is as it should be. */
export function endingOf({ stop, runId }: Ended, isGoing: boolean, isLast: boolean): Ending {
  if (!stop && isGoing) return "going";
  if (!stop) return isLast && runId !== null ? "broke" : "ready";
  if (stop.status === "cancelled" || stop.error === "cancelled") return "stopped";
  return stop.is_error ? "broke" : "ready";
}
