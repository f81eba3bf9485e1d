import { answerText } from "../../core/turn/answer-text.ts";
import { turnFailure } from "../../core/turn/failure.ts";
import type { Stretch } from "../../core/turn/follow.ts";
import { ChatError } from "../../domain/errors.ts";
import type { TurnUsage } from "../../domain/events.ts";
import { type CompletionHead, encodeContext, encodeFinish, encodeHead, encodeUsage } from "./encode.ts";
import { errorPart } from "./errors.ts";

export type StreamOptions = CompletionHead & {
  readonly withUsage: boolean;
  /** Ends the turns that still run when one of them has failed. */
  readonly onFailure: () => void;
};

type Delta = { readonly role?: "assistant"; readonly content?: string };

const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

/**
 * The chunks of a completion, one turn for each choice: the contract, section 6. Chunks of different choices
 * interleave; the first of all carries the session and the passages.
 *
 * A failure is an `error` frame, after which nothing comes, not even [DONE].
 */
export async function* completionFrames(
  turns: readonly AsyncIterable<Stretch>[],
  options: StreamOptions,
): AsyncGenerator<string, void> {
  const head = encodeHead(options, "chat.completion.chunk");
  const noUsage = options.withUsage ? { usage: null } : {};
  const chunk = (index: number, delta: Delta, finishReason: string | null, context: object = {}): string =>
    frame({
      ...head,
      choices: [{ index, delta, logprobs: null, finish_reason: finishReason }],
      ...noUsage,
      ...context,
    });

  yield turns
    .map((_, n) => chunk(n, { role: "assistant", content: "" }, null, n === 0 ? encodeContext(options) : {}))
    .join("");
  const added = turns.map(() => answerText());
  const usages = new Map<number, TurnUsage>();
  for await (const { index, value } of merged(turns)) {
    const frames: string[] = [];
    for (const event of value.events) {
      const content = added[index]?.(event) ?? "";
      if (content !== "") frames.push(chunk(index, { content }, null));
      if (event.type === "turn-end") {
        usages.set(index, event.usage);
        frames.push(chunk(index, {}, encodeFinish(event)));
      }
      if (event.type === "turn-error") {
        options.onFailure();
        yield frames.join("") + frame({ error: errorPart(turnFailure(event)) });
        return;
      }
    }
    if (frames.length > 0) yield frames.join("");
  }
  if (usages.size < turns.length) {
    yield frame({ error: errorPart(new ChatError("interrupted", "The answer was interrupted")) });
    return;
  }
  if (options.withUsage)
    yield frame({ ...head, choices: [], usage: encodeUsage(turns.flatMap((_, n) => usages.get(n) ?? [])) });
  yield "data: [DONE]\n\n";
}

/** What several sources give, as it comes, each with the number of its source. */
async function* merged<Value>(
  sources: readonly AsyncIterable<Value>[],
): AsyncGenerator<{ readonly index: number; readonly value: Value }, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = (index: number) => iterators[index]?.next().then((result) => ({ index, result }));
  const waiting = new Map(iterators.map((_, index) => [index, next(index)]));
  try {
    while (waiting.size > 0) {
      const come = await Promise.race(waiting.values());
      if (!come) return;
      const { index, result } = come;
      if (result.done) waiting.delete(index);
      else {
        waiting.set(index, next(index));
        yield { index, value: result.value };
      }
    }
  } finally {
    for (const iterator of iterators) void iterator.return?.();
  }
}
