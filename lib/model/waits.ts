import { ChatError } from "../domain/errors.ts";

/** How long a model server is waited for, in ms. */
export type Waits = {
  /** Until its first word: it may have to load a model and to read a long prompt. Any byte begins the wait anew. */
  readonly firstMs: number;
  /** Between two bytes of an answer that has begun. */
  readonly silenceMs: number;
  /** For a whole answer. */
  readonly totalMs: number;
};

/** What holds where nobody has set anything: a processor that reads a prompt for minutes is served. */
export const WAITS: Waits = { firstMs: 10 * 60_000, silenceMs: 120_000, totalMs: 60 * 60_000 };

/** Watches one call. */
export type Watch = {
  /** Aborted with a ChatError when the wait is over, or as the caller's signal is. */
  readonly signal: AbortSignal;
  /** Something has come, if only a comment. */
  readonly heard: () => void;
  /** The answer has begun. */
  readonly begun: () => void;
  readonly end: () => void;
};

/** Begins to wait. A call that was waited for in vain is not made again: its server would begin all over. */
export function watch(caller: AbortSignal, { firstMs, silenceMs, totalMs }: Waits): Watch {
  const over = new AbortController();
  const give = (why: string) =>
    over.abort(new ChatError("model-failed", `The model provider ${why}`, { isFinal: true }));
  const silent = (ms: number) => () => give(`said nothing for ${ms / 1000} s`);
  let timer = setTimeout(silent(firstMs), firstMs);
  const total = setTimeout(() => give(`did not end its answer within ${totalMs / 1000} s`), totalMs);
  let hasBegun = false;
  return {
    signal: AbortSignal.any([caller, over.signal]),
    heard: () => void timer.refresh(),
    begun() {
      if (hasBegun) return;
      hasBegun = true;
      clearTimeout(timer);
      timer = setTimeout(silent(silenceMs), silenceMs);
    },
    end() {
      clearTimeout(timer);
      clearTimeout(total);
    },
  };
}
