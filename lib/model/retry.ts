import { setTimeout as sleep } from "node:timers/promises";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, ModelEvent, ModelRequest } from "../domain/model.ts";

const RETRIES = 2;
const FIRST_DELAY_SECONDS = 0.5;
const LONGEST_DELAY_SECONDS = 10;
const SILENCE_MS = 120_000;

/** Calls again, with growing pauses, while nothing of the answer has come. After the first token a failure stands. */
export function retrying(call: CallModel, random: () => number = Math.random): CallModel {
  return async function* (request) {
    for (let n = 0; ; n++) {
      let hasContent = false;
      try {
        for await (const batch of withoutSilence(call, request)) {
          hasContent ||= batch.some((event) => event.type !== "start");
          yield batch;
        }
        return;
      } catch (thrown) {
        request.signal.throwIfAborted();
        const pause = n < RETRIES && !hasContent ? pauseSeconds(thrown, n, random) : null;
        if (pause === null) throw thrown;
        await sleep(pause * 1000, undefined, { signal: request.signal }).catch(() => request.signal.throwIfAborted());
      }
    }
  };
}

/** Seconds until the next try, null when there is to be none. */
function pauseSeconds(thrown: unknown, n: number, random: () => number): number | null {
  if (!(thrown instanceof ChatError) || thrown.code !== "model-failed") return null;
  if (!mayPass(thrown.details.providerStatus)) return null;
  const asked = thrown.details.retryAfterSeconds;
  if (asked !== undefined) return asked <= LONGEST_DELAY_SECONDS ? asked : null;
  return FIRST_DELAY_SECONDS * 2 ** n * (0.5 + random() / 2);
}

/** Whether what a provider answered may be another with the next try: it was busy, or broke, or did not answer. */
const mayPass = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 425 || status === 429 || status >= 500;

/** Ends a call that has said nothing for two minutes. */
async function* withoutSilence(call: CallModel, request: ModelRequest): AsyncGenerator<readonly ModelEvent[], void> {
  const silence = new AbortController();
  const give = () =>
    silence.abort(new ChatError("model-failed", `The model provider said nothing for ${SILENCE_MS / 1000} s`));
  const timer = setTimeout(give, SILENCE_MS);
  try {
    for await (const batch of call({ ...request, signal: AbortSignal.any([request.signal, silence.signal]) })) {
      timer.refresh();
      yield batch;
    }
  } catch (thrown) {
    request.signal.throwIfAborted();
    silence.signal.throwIfAborted();
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}
