import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, ModelEvent, ModelRequest } from "../domain/model.ts";
import { refusedRequest, streamFailure } from "./provider-error.ts";
import { retrying } from "./retry.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

// The pause is made by node:timers/promises, which fake timers do not reach.
vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number, _: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
}));

const START: ModelEvent = { type: "start" };
const FINISH: ModelEvent = { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } };
const text = (value: string): ModelEvent => ({ type: "text-delta", text: value });
const failed = new ChatError("model-failed", "The model provider failed (500)");
const limited = (seconds: number) => refusedRequest(429, { "retry-after": String(seconds) }, "");

test("a call that fails before its first token is made again, at most twice", async () => {
  const { tries, thrown } = await play([[failed], [failed], [failed], [text("never")]]);
  expect([tries.length, thrown]).toEqual([3, failed]);
});

test("the second try's answer is the answer", async () => {
  const { events, thrown } = await play([
    [START, failed],
    [START, text("Hello"), FINISH],
  ]);
  expect(events.filter(({ type }) => type !== "start")).toEqual([text("Hello"), FINISH]);
  expect(thrown).toBeNull();
});

test("after the first token a failure stands", async () => {
  const { tries, events, thrown } = await play([[START, text("Hel"), failed], [text("Hello")]]);
  expect([tries.length, events.at(-1), thrown]).toEqual([1, text("Hel"), failed]);
});

test("the pauses grow", async () => {
  const { tries } = await play([[failed], [failed], [text("a"), FINISH]]);
  expect(pauses(tries)).toEqual([500, 1000]);
});

test("the pause that the provider asks for is kept", async () => {
  const { tries } = await play([[limited(7)], [text("a"), FINISH]]);
  expect(pauses(tries)).toEqual([7000]);
});

test("a pause longer than anybody waits is not waited for", async () => {
  const { tries, thrown } = await play([[limited(60)], [text("a"), FINISH]]);
  expect(tries).toHaveLength(1);
  expect(thrown).toMatchObject({ details: { retryAfterSeconds: 60 } });
});

test.each([
  ["a refused key", refusedRequest(401, {}, "")],
  ["a key without rights", refusedRequest(403, {}, "")],
  ["an account without money", refusedRequest(402, {}, "")],
  ["C27: a refused key in other words", new ChatError("model-failed", "No entry", { providerStatus: 401 })],
  ["a refused request", refusedRequest(400, {}, "")],
  ["a bug", new TypeError("undefined is not a function")],
])("there is no second try after %s", async (_, error) => {
  const { tries, thrown } = await play([[error], [text("a"), FINISH]]);
  expect([tries.length, thrown]).toEqual([1, error]);
});

test("C27: a failure whose words are those of a refused key is tried again like any other", async () => {
  const quoted = new ChatError("model-failed", "The model provider reported an error: who refused the API key?");
  const { tries, thrown } = await play([[quoted], [text("a"), FINISH]]);
  expect([tries.length, thrown]).toEqual([2, null]);
});

test("an abort during the pause ends it with the abort's reason", async () => {
  const reason = new ChatError("cancelled", "stopped");
  const { tries, thrown } = await play([[failed], [text("never")]], { abortAfterMs: 100, reason });
  expect([tries.length, thrown]).toEqual([1, reason]);
});

test("26: a provider that was silent for too long is not asked again: it would begin all over", async () => {
  const silent = new ChatError("model-failed", "The model provider said nothing for 600 s", { isFinal: true });
  const { thrown, tries } = await play([[silent], [text("never")]]);
  expect([tries.length, thrown]).toEqual([1, silent]);
});

test.each([
  ["402", refusedRequest(402, {}, '{"error":{"message":"Insufficient Balance"}}')],
  [
    "a limit that is a used-up quota",
    refusedRequest(429, {}, '{"error":{"code":"insufficient_quota","message":"Pay"}}'),
  ],
  ["a limit of an empty account in the stream", streamFailure("Top up", "insufficient_balance", 429)],
])("an account without money is not asked again: %s", async (_, error) => {
  const { tries, thrown } = await play([[error], [text("never")]]);
  expect([tries.length, thrown]).toEqual([1, error]);
});

test.each([
  ["Rate limit reached. Please try again in 1.5s.", 1500],
  ["Please retry in 7.25s", 7250],
  ["Try again in 350ms", 350],
])("a limit's wait that is told in words is kept: %s", async (words, ms) => {
  const { tries } = await play([[streamFailure(words, words, 429)], [text("a"), FINISH]]);
  expect(pauses(tries)).toEqual([ms]);
});

test("a server that loads its model is asked until it has, and says so once", async () => {
  const loading = refusedRequest(
    503,
    {},
    '{"error":{"message":"Loading model","type":"unavailable_error","code":503}}',
  );
  const { tries, events } = await play([...Array.from({ length: 30 }, () => [loading]), [text("a"), FINISH]]);
  expect(tries).toHaveLength(31);
  expect(events.filter(({ type }) => type === "notice")).toEqual([
    { type: "notice", text: "The model server was loading its model first." },
  ]);
});

test.each<[number, string]>([
  [503, '{"error":"Model mistralai/Mistral-7B is currently loading","estimated_time":20.0}'],
  [503, "Loading model"],
  [500, '{"error":"llm server loading model"}'],
  [503, '{"message":"Model is scaling up from zero"}'],
  [424, '{"error":"Workload is starting"}'],
])("15: a server that loads in other words is waited for: %d %s", async (status, body) => {
  const { tries } = await play([
    ...Array.from({ length: 5 }, () => [refusedRequest(status, {}, body)]),
    [text("a"), FINISH],
  ]);
  expect(tries).toHaveLength(6);
});

test.each<[number, string]>([
  [404, '{"error":"model not loaded"}'],
  [500, '{"error":"error loading model: out of memory"}'],
])("15: a model that does not come is not waited for: %d %s", async (status, body) => {
  const failure = refusedRequest(status, {}, body);
  const { tries } = await play([...Array.from({ length: 9 }, () => [failure]), [text("a"), FINISH]]);
  expect(tries.length).toBeLessThanOrEqual(3);
});

/** What a provider does: an event or a failure. */
type Act = ModelEvent | Error;

const pauses = (tries: readonly number[]) => tries.slice(1).map((at, n) => at - (tries[n] ?? 0));

async function play(
  script: readonly (readonly Act[])[],
  { abortAfterMs, reason }: { abortAfterMs?: number; reason?: Error } = {},
) {
  const tries: number[] = [];
  const events: ModelEvent[] = [];
  const stopping = new AbortController();
  const provider: CallModel = async function* () {
    tries.push(Date.now());
    for (const act of script[tries.length - 1] ?? []) {
      if (act instanceof Error) throw act;
      yield [act];
    }
  };
  const run = async () => {
    try {
      for await (const batch of retrying(provider, () => 1)(request(stopping.signal))) events.push(...batch);
      return null;
    } catch (thrown) {
      return thrown;
    }
  };
  if (abortAfterMs !== undefined) setTimeout(() => stopping.abort(reason), abortAfterMs);
  const running = run();
  await vi.advanceTimersByTimeAsync(1_000_000);
  return { tries, events, thrown: await running };
}

const request = (signal: AbortSignal): ModelRequest => ({
  model: "m",
  purpose: "turn",
  messages: [],
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal,
});
