import type { z } from "zod";
import type { ContextItem, TurnContext as SeenContext } from "../../core/context/context.ts";
import type { PromptMessage, PromptPart } from "../../domain/model.ts";
import type { ContextQuery } from "./schema.ts";

/** Items of one answer, and the characters that each of them is told in. */
const MOST_ITEMS = 200;
const SHORT = 2000;
/** Characters of an item that is asked for alone. */
const LONG = 100_000;

type Query = z.output<typeof ContextQuery>;

/** What the web app is told of it. */
export type TurnContext = ReturnType<typeof encodeContext>;

/**
 * What the model saw in a turn: parts with their tokens, and at most 200 items from `first` on, whose texts are cut at
 * 2,000 characters. One `item` asked for alone is told in pieces of 100,000. `next_item` and `next_at`: where to go on;
 * null: at the end.
 */
export function encodeContext({ run, seen }: SeenContext, query: Query) {
  const { inputTokens = null, isEstimated = true } = run.usage ?? {};
  const [first, count] = query.item === undefined ? [query.first, MOST_ITEMS] : [query.item, 1];
  return {
    run_id: run.id,
    status: run.status,
    model: run.model,
    created_at: run.createdAt.toISOString(),
    /** Of all calls together, by the provider; null where it has not said. */
    provider_tokens: isEstimated ? null : inputTokens,
    is_kept: seen !== null,
    tokens: seen?.calls.at(-1) ?? null,
    call_tokens: seen?.calls ?? [],
    budget: seen?.budget ?? null,
    dropped: seen?.dropped ?? 0,
    kept_from: seen?.keptFrom ?? null,
    summarised_upto: seen?.summarisedUpto ?? null,
    changes: seen?.changes ?? [],
    /** How documents were looked for; null: nobody has looked, or it is not kept. */
    recall: seen?.recall ? { mode: seen.recall.mode, note: seen.recall.why } : null,
    parts: seen?.parts ?? [],
    items: (seen?.items ?? []).slice(first, first + count).map((item, n) => encodeItem(item, first + n, query)),
    next_item: query.item === undefined && seen && seen.items.length > first + count ? first + count : null,
  };
}

function encodeItem(item: ContextItem, n: number, { item: asked, at, raw }: Query) {
  const { message, part, name, position, tokens, isDropped, isAsSent } = item;
  const inWords = item.text ?? (message && readableText(message));
  const text = raw === "1" && message ? rawText(message) : inWords;
  const [start, end] = asked === undefined ? [0, SHORT] : [at, at + LONG];
  return {
    item: n,
    part,
    role: message?.role ?? null,
    name,
    position,
    tokens,
    is_dropped: isDropped,
    is_as_sent: isAsSent,
    text: text === null ? null : text.slice(start, end),
    next_at: text !== null && text.length > end ? end : null,
  };
}

/** A message as JSON. What its provider wants back, and gave for itself alone, is shown to nobody. */
function rawText(message: PromptMessage): string {
  const { provider: _, ...shown } = { provider: null, ...message };
  return JSON.stringify(shown);
}

function readableText(message: PromptMessage): string {
  switch (message.role) {
    case "system":
      return message.text;
    case "user":
      return message.parts.map(readablePart).join("\n");
    case "assistant": {
      const calls = message.calls.map(({ name, input }) => `${name} ${JSON.stringify(input ?? {})}`);
      return [...(message.text === "" ? [] : [message.text]), ...calls].join("\n");
    }
    case "tool":
      return typeof message.output === "string" ? message.output : (JSON.stringify(message.output, null, 2) ?? "");
    default:
      return message satisfies never;
  }
}

/** A part of a question in words. Of a file what it is: its content is at its own address. */
function readablePart(part: PromptPart): string {
  if (part.type === "text") return part.text;
  return part.type === "image" ? `[image] ${part.url}` : `[file] ${part.name} (${part.mediaType})`;
}
