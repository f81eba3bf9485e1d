import { setTimeout as sleep } from "node:timers/promises";
import { ChatError } from "../domain/errors.ts";
import type { CallModel } from "../domain/model.ts";
import { refusalWords } from "./provider-error.ts";
import { WAITS } from "./waits.ts";

const RETRIES = 2;
const FIRST_DELAY_SECONDS = 0.5;
/** Longer than anybody waits for the first word. */
const LONGEST_DELAY_SECONDS = 30;
const LOADING_SECONDS = 2;

/**
 * Calls again, with growing pauses, while nothing of the answer has come. After the first token a failure stands.
 *
 * A provider that says how long to wait is waited for so long, up to 30 s. One that is loading its model is asked every
 * two seconds until `firstMs` are over.
 */
export function retrying(
  call: CallModel,
  random: () => number = Math.random,
  firstMs: number = WAITS.firstMs,
): CallModel {
  return async function* (request) {
    const startedAt = Date.now();
    let n = 0;
    let isLoading = false;
    for (;;) {
      let hasContent = false;
      try {
        for await (const batch of call(request)) {
          hasContent ||= batch.some(({ type }) => type !== "start" && type !== "notice");
          yield batch;
        }
        return;
      } catch (thrown) {
        request.signal.throwIfAborted();
        if (hasContent) throw thrown;
        const waits = mayLoad(thrown) && Date.now() - startedAt < firstMs;
        const pause = waits ? LOADING_SECONDS : n < RETRIES ? pauseSeconds(thrown, n++, random) : null;
        if (pause === null) throw thrown;
        if (waits && !isLoading) yield [{ type: "notice", text: "The model server was loading its model first." }];
        isLoading ||= waits;
        await sleep(pause * 1000, undefined, { signal: request.signal }).catch(() => request.signal.throwIfAborted());
      }
    }
  };
}

/** Seconds until the next try, null when there is to be none. */
function pauseSeconds(thrown: unknown, n: number, random: () => number): number | null {
  if (!(thrown instanceof ChatError) || thrown.code !== "model-failed" || thrown.details.isFinal === true) return null;
  if (!mayPass(thrown.details.providerStatus)) return null;
  const asked = thrown.details.retryAfterSeconds;
  if (asked !== undefined) return asked <= LONGEST_DELAY_SECONDS ? asked : null;
  return FIRST_DELAY_SECONDS * 2 ** n * (0.5 + random() / 2);
}

/** Whether what a provider answered may be another with the next try: it was busy, or broke, or did not answer. */
const mayPass = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 425 || status === 429 || status >= 500;

const LOADING =
  /model\b.{0,120}\b(?:loading|starting|initiali[sz]ing|scaling up)|\bloading\b.{0,20}\bmodel|warming up|(?:workload|server|engine|instance|worker) is (?:still )?(?:starting|loading|scaling)|scaling up from/isu;
const NOT_LOADED = /model\b.{0,120}\bnot (?:yet )?(?:loaded|ready)/isu;
const BROKEN = /(?:error|failed|failure|unable|could not|cannot)\b.{0,20}\bload/isu;

/**
 * Whether a server says that it loads its model: llama.cpp with 503 and "Loading model", others with other words and
 * statuses.
 */
function mayLoad(thrown: unknown): boolean {
  if (!(thrown instanceof ChatError)) return false;
  const { providerStatus: status } = thrown.details;
  if (status === undefined || status < 400 || [401, 402, 403, 404].includes(status)) return false;
  const words = refusalWords(thrown) || thrown.message.replace(/^[^:]*: /u, "");
  return !BROKEN.test(words) && (LOADING.test(words) || (status >= 500 && NOT_LOADED.test(words)));
}
