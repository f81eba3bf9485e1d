import { setTimeout as sleep } from "node:timers/promises";
import { ChatError } from "../domain/errors.ts";
import type { CallModel } from "../domain/model.ts";
import { WAITS } from "./waits.ts";

const RETRIES = 2;
const FIRST_DELAY_SECONDS = 0.5;
/** Longer than anybody waits for the first word. */
const LONGEST_DELAY_SECONDS = 30;
const LOADING_SECONDS = 2;

/**
 * Calls again, with growing pauses, while nothing of the answer has come. After the first token a failure stands.
 *
 * A provider that says how long to wait is waited for so long, up to 30 s. One that is loading its model is asked every two
 * seconds until `firstMs` are over.
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

/** llama.cpp answers 503 with "Loading model" until it is ready; others say it in other words. */
const mayLoad = (thrown: unknown): boolean =>
  thrown instanceof ChatError &&
  thrown.details.providerStatus === 503 &&
  /loading (?:the )?model|model is (?:still |currently )?loading|model.{0,20}not (?:yet )?(?:loaded|ready)|warming up/iu.test(
    thrown.message,
  );
