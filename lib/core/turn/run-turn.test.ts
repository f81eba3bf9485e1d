import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { ChatError } from "../../domain/errors.ts";
import { isLast, type TurnEvent } from "../../domain/events.ts";
import type { ModelEvent } from "../../domain/model.ts";
import type { PromptRequest } from "./call-model.ts";
import { runTurn, type TurnPorts, type TurnTool } from "./run-turn.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a text is told in a step, and the end has usage and reason", async () => {
  const { events } = await run({ script: [say("Hel", "lo")] });
  expect(events).toEqual([
    { type: "turn-start", runId: "run", at: 1000 },
    { type: "step-start", messageId: "id1", model: "m", at: 1000 },
    { type: "text-start" },
    { type: "text-delta", text: "Hel" },
    { type: "text-delta", text: "lo" },
    { type: "text-end" },
    { type: "step-end", finishReason: "stop", usage: { inputTokens: 10, outputTokens: 5 } },
    {
      type: "turn-end",
      finishReason: "stop",
      pendingCallIds: [],
      usage: { inputTokens: 10, outputTokens: 5, isEstimated: false },
      durationMs: 0,
      steps: 1,
      model: "m",
    },
  ]);
});

test("reasoning comes before the text in a block of its own", async () => {
  const { events } = await run({
    script: [[[{ type: "start" }, { type: "reasoning-delta", text: "Hm" }], ...say("Yes").slice(1)]],
  });
  expect(events.map(({ type }) => type)).toEqual([
    "turn-start",
    "step-start",
    "reasoning-start",
    "reasoning-delta",
    "reasoning-end",
    "text-start",
    "text-delta",
    "text-end",
    "step-end",
    "turn-end",
  ]);
});

test("parallel calls are told as they finish, and go to the model in the order of the calls", async () => {
  const slow = tool("slow", () => sleep(30).then(() => "slow done"));
  const fast = tool("fast", async () => "fast done");
  const { events, requests } = await run({
    tools: [slow, fast],
    script: [calls({ id: "a", name: "slow" }, { id: "b", name: "fast" }), say("Done")],
  });
  expect(events.flatMap((event) => (event.type === "tool-result" ? [event.callId] : []))).toEqual(["b", "a"]);
  expect(requests[1]?.messages.slice(1)).toEqual([
    {
      role: "assistant",
      text: "",
      calls: [
        { callId: "a", name: "slow", input: {} },
        { callId: "b", name: "fast", input: {} },
      ],
    },
    { role: "tool", callId: "a", name: "slow", output: "slow done", isError: false, durationMs: 0 },
    { role: "tool", callId: "b", name: "fast", output: "fast done", isError: false, durationMs: 0 },
  ]);
});

test("a call of a tool that nobody offered gets an error that names the tools, and the turn goes on", async () => {
  const { events } = await run({
    tools: [tool("clock", async () => 1)],
    script: [calls({ id: "a", name: "rm" }), say("Sorry")],
  });
  expect(events.find((event) => event.type === "tool-result")).toMatchObject({
    isError: true,
    output: { error: 'There is no tool "rm". The tools are: clock' },
  });
  expect(events.at(-1)).toMatchObject({ type: "turn-end", finishReason: "stop", steps: 2 });
});

test.each<[string, string, () => Promise<unknown>, string]>([
  ["fails", "{}", () => Promise.reject(new Error("no such city")), "no such city"],
  ["throws what is no error", "{}", () => Promise.reject("nope"), "nope"],
  ["is given what is no object", "[1]", async () => 1, "The arguments are not a JSON object: [1]"],
  ["is given broken JSON", '{"a":', async () => 1, 'The arguments are not a JSON object: {"a":'],
  ["says too much", "{}", async () => "x".repeat(300_000), "The result has 300002 characters, more than 262144"],
])("a tool that %s gives the model an error to read", async (_, input, work, error) => {
  const { events } = await run({
    tools: [tool("t", work)],
    script: [calls({ id: "a", name: "t", input }), say("Hm")],
  });
  expect(events.find((event) => event.type === "tool-result")).toMatchObject({ isError: true, output: { error } });
  expect(events.at(-1)?.type).toBe("turn-end");
});

test("a tool that never answers is given up after a minute", async () => {
  vi.useFakeTimers();
  const timeouts = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("over", "TimeoutError")), ms);
    return controller.signal;
  });
  const running = run({
    tools: [tool("t", () => new Promise(() => {}))],
    script: [calls({ id: "a", name: "t" }), say("Hm")],
  });
  await vi.advanceTimersByTimeAsync(60_000);
  const { events } = await running;
  timeouts.mockRestore();
  expect(events.find((event) => event.type === "tool-result")).toMatchObject({
    isError: true,
    output: { error: "The tool did not answer within 60 s" },
  });
});

test("calls that the caller runs end the turn open, after those that we run", async () => {
  const { events, requests } = await run({
    tools: [tool("ours", async () => 1), { ...tool("theirs", async () => 1), run: null }],
    script: [calls({ id: "a", name: "theirs" }, { id: "b", name: "ours" })],
  });
  expect(events.at(-1)).toMatchObject({ type: "turn-end", finishReason: "tool-calls", pendingCallIds: ["a"] });
  expect(events.flatMap((event) => (event.type === "tool-result" ? [event.callId] : []))).toEqual(["b"]);
  expect(requests).toHaveLength(1);
});

test("at the limit of steps the model answers without tools", async () => {
  const { events, requests } = await run({
    tools: [tool("t", async () => 1)],
    script: [calls({ id: "a", name: "t" }), calls({ id: "b", name: "t" }), say("Enough")],
    maxSteps: 2,
    toolChoice: { name: "t" },
  });
  expect(requests.map(({ tools, toolChoice }) => [tools.length, toolChoice])).toEqual([
    [1, { name: "t" }],
    // Forced once: a tool forced at every step would be called until the limit.
    [1, "auto"],
    [0, "none"],
  ]);
  expect(events.at(-1)).toMatchObject({ type: "turn-end", finishReason: "stop", steps: 3 });
});

test("at the limit of steps the calls are returned where the caller asked for that", async () => {
  const { events, requests } = await run({
    tools: [tool("t", async () => 1)],
    script: [calls({ id: "a", name: "t" }), calls({ id: "b", name: "t" })],
    maxSteps: 2,
    atLimit: "return-calls",
  });
  expect(events.at(-1)).toMatchObject({ finishReason: "tool-calls", pendingCallIds: ["b"], steps: 2 });
  expect(requests).toHaveLength(2);
});

test("a call made against the limit of steps is refused, not left open", async () => {
  const { events } = await run({
    tools: [tool("t", async () => 1)],
    script: [calls({ id: "a", name: "t" }), calls({ id: "b", name: "t" })],
    maxSteps: 1,
  });
  expect(events.findLast((event) => event.type === "tool-result")).toMatchObject({
    callId: "b",
    isError: true,
    output: { error: "The turn has reached its limit of steps" },
  });
  expect(events.filter((event) => "cut" in event)).toEqual([]);
  expect(events.at(-1)).toMatchObject({ type: "turn-end", finishReason: "stop", pendingCallIds: [] });
});

test("a stop before the first token ends the turn without a step", async () => {
  const { events } = await run({ script: [[[{ type: "text-delta", text: "never" }]]], abortAt: "before" });
  expect(events.map(({ type }) => type)).toEqual(["turn-start", "turn-error"]);
  expect(events.at(-1)).toMatchObject({ status: "cancelled", code: "cancelled" });
});

test("a stop in mid-text keeps the text, closes the block and the step", async () => {
  const { events } = await run({ script: [say("Hel", "lo")], abortAt: "text-delta" });
  expect(events.slice(2)).toMatchObject([
    { type: "text-start" },
    { type: "text-delta", text: "Hel" },
    { type: "text-end" },
    { type: "step-end", finishReason: null },
    { type: "turn-error", status: "cancelled", usage: { isEstimated: true } },
  ]);
});

test("a stop while a tool runs ends the tool and answers its call", async () => {
  let wasTold = false;
  const endless = tool("endless", (_, signal) => {
    signal.addEventListener("abort", () => {
      wasTold = true;
    });
    return new Promise(() => {});
  });
  const { events } = await run({
    tools: [endless],
    script: [calls({ id: "a", name: "endless" })],
    abortAt: "step-end",
  });
  expect(events.slice(-2)).toMatchObject([
    { type: "tool-result", callId: "a", isError: true, cut: "cancelled", output: { error: "stopped" } },
    { type: "turn-error", status: "cancelled" },
  ]);
  expect(wasTold).toBe(true);
});

test("a stop while a tool runs answers the calls of the caller too", async () => {
  const { events } = await run({
    tools: [tool("ours", () => new Promise(() => {})), { ...tool("theirs", async () => 1), run: null }],
    script: [calls({ id: "a", name: "theirs" }, { id: "b", name: "ours" })],
    abortAt: "step-end",
  });
  expect(events.slice(-3)).toMatchObject([
    { type: "tool-result", callId: "b", isError: true, cut: "cancelled" },
    { type: "tool-result", callId: "a", isError: true, cut: "cancelled", output: { error: "stopped" } },
    { type: "turn-error", status: "cancelled" },
  ]);
});

test("a model that fails after some text leaves the text and the reason", async () => {
  const { events, logged } = await run({
    script: [[...say("Hel").slice(0, 2), new ChatError("model-failed", "The model provider closed the connection")]],
  });
  expect(events.slice(-4)).toMatchObject([
    { type: "text-delta", text: "Hel" },
    { type: "text-end" },
    { type: "step-end", finishReason: null },
    { type: "turn-error", status: "failed", code: "model-failed", message: "The model provider closed the connection" },
  ]);
  expect(logged).toEqual([]);
});

test("a model that fails behind a whole call gets its call answered", async () => {
  const { events } = await run({
    tools: [tool("t", async () => 1)],
    script: [[...calls({ id: "a", name: "t" }).slice(0, 2), new ChatError("model-failed", "gone")]],
  });
  expect(events.slice(-2)).toMatchObject([
    { type: "tool-result", callId: "a", isError: true, output: { error: "gone" } },
    { type: "turn-error" },
  ]);
});

test("a bug ends the turn as internal, is logged with its cause, and says nothing of itself", async () => {
  const bug = new TypeError("undefined is not a function");
  const { events, logged } = await run({ script: [[...say("Hel").slice(0, 2), bug]] });
  expect(events.at(-1)).toMatchObject({ type: "turn-error", status: "failed", code: "internal" });
  expect(JSON.stringify(events)).not.toContain("is not a function");
  expect(logged).toEqual([{ err: bug, runId: "run" }]);
});

test("a model that says nothing at all ends in an empty answer", async () => {
  const { batches, events } = await run({ script: [[]] });
  expect(events.map(({ type }) => type)).toEqual(["turn-start", "turn-end"]);
  expect(batches.every((batch) => batch.length > 0)).toBe(true);
});

test("S14: a call that was never accepted adds nothing to the usage of its turn", async () => {
  const { events } = await run({ script: [[new ChatError("rate-limited", "The limit is reached")]] });
  expect(events.at(-1)).toMatchObject({
    type: "turn-error",
    code: "rate-limited",
    usage: { inputTokens: 0, outputTokens: 0, isEstimated: false },
  });
});

test("usage that the provider does not tell is estimated from prompt and text", async () => {
  const unknown: ModelEvent = { type: "finish", reason: "stop", usage: { inputTokens: null, outputTokens: null } };
  const { events } = await run({ script: [[[{ type: "text-delta", text: "12345678" }, unknown]]] });
  expect(events.at(-1)).toMatchObject({ usage: { inputTokens: 5, outputTokens: 2, isEstimated: true } });
});

test("a call id that the turn has used becomes another", async () => {
  const { events } = await run({
    tools: [tool("t", async () => 1)],
    script: [calls({ id: "call_0", name: "t" }), calls({ id: "call_0", name: "t" }), say("Done")],
  });
  const ids = events.flatMap((event) => (event.type === "tool-call" ? [event.callId] : []));
  expect(new Set(ids).size).toBe(2);
});

test("whatever a model does, a turn calls it no more than its limit allows, ends once, and leaves no call open", async () => {
  const scripted = fc.array(
    fc.array(
      fc.oneof(
        fc.constant<Item>([{ type: "start" }]),
        fc.string({ maxLength: 5 }).map((text): Item => [{ type: "text-delta", text }]),
        fc.string({ maxLength: 5 }).map((text): Item => [{ type: "reasoning-delta", text }, { type: "reasoning-end" }]),
        fc
          .record({
            id: fc.constantFrom("", "a", "b"),
            name: fc.constantFrom("ok", "bad", "theirs", "none"),
            input: fc.constantFrom("{}", "", "[", "7"),
          })
          .map(
            (one): Item => [
              { type: "tool-input-delta", callId: one.id, name: one.name, text: one.input },
              { type: "tool-call", callId: one.id, name: one.name, input: one.input },
            ],
          ),
        fc
          .constantFrom("stop" as const, "length" as const, "tool-calls" as const)
          .map((reason): Item => [{ type: "finish", reason, usage: { inputTokens: null, outputTokens: 1 } }]),
        fc.constantFrom<Item>(new ChatError("model-failed", "x"), new Error("bug")),
      ),
      { maxLength: 6 },
    ),
    { minLength: 1, maxLength: 6 },
  );
  const limits = fc.record({
    maxSteps: fc.integer({ min: 1, max: 4 }),
    atLimit: fc.constantFrom("answer" as const, "return-calls" as const),
    abortAt: fc.constantFrom(undefined, "before", "text-delta", "step-end", "tool-result"),
  });
  const tools = [
    tool("ok", async () => ({ ok: true })),
    tool("bad", () => Promise.reject(new Error("bad"))),
    { ...tool("theirs", async () => 1), run: null },
  ];
  await fc.assert(
    fc.asyncProperty(scripted, limits, async (script, { maxSteps, atLimit, abortAt }) => {
      const { events, batches, requests } = await run({ script, tools, maxSteps, atLimit, abortAt, repeats: true });
      expect(requests.length).toBeLessThanOrEqual(atLimit === "answer" ? maxSteps + 1 : maxSteps);
      expect(batches.every((batch) => batch.length > 0)).toBe(true);
      expect(events.filter(isLast)).toHaveLength(1);
      const last = events.at(-1);
      expect(last && isLast(last)).toBe(true);
      const pending = last?.type === "turn-end" ? last.pendingCallIds : [];
      const called = events.flatMap((event) => (event.type === "tool-call" ? [event.callId] : []));
      const answered = events.flatMap((event) => (event.type === "tool-result" ? [event.callId] : []));
      expect([...answered, ...pending].sort()).toEqual([...called].sort());
      expect(new Set(called).size).toBe(called.length);
    }),
    { numRuns: 300 },
  );
});

test("17.14: a result tells of passages where its tool is the one that finds them, whatever a tool is called", async () => {
  const told = async (own: Partial<TurnTool>, work: NonNullable<TurnTool["run"]>) => {
    const script = [calls({ id: "1", name: "retrieve" }), say("So.")];
    const { events } = await run({ script, tools: [{ ...tool("retrieve", work), ...own }] });
    return events.flatMap((event) => (event.type === "tool-result" ? [event.tellsPassages] : []));
  };
  expect(await told({}, async () => [])).toEqual([undefined]);
  expect(await told({ tellsPassages: true }, async () => [])).toEqual([true]);
  expect(await told({ tellsPassages: true }, async () => Promise.reject(new Error("No")))).toEqual([undefined]);
});

type Item = readonly ModelEvent[] | Error;
type Script = readonly Item[];

/** The batches of a model that says these texts. */
const say = (...texts: string[]): ModelEvent[][] => [
  [{ type: "start" }],
  ...texts.map((text): ModelEvent[] => [{ type: "text-delta", text }]),
  [{ type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: 5 } }],
];

const calls = (...made: { id: string; name: string; input?: string }[]): ModelEvent[][] => [
  [{ type: "start" }],
  made.map(({ id, name, input = "{}" }): ModelEvent => ({ type: "tool-call", callId: id, name, input })),
  [{ type: "finish", reason: "tool-calls", usage: { inputTokens: 10, outputTokens: 5 } }],
];

const tool = (name: string, work: NonNullable<TurnTool["run"]>): TurnTool => ({
  definition: { name, description: null, parameters: {} },
  run: work,
});

/** Runs a turn on a model that follows a script, one entry a call; `repeats` begins it again when it is through. */
async function run({
  script,
  abortAt,
  repeats = false,
  ...ports
}: Partial<TurnPorts> & { script: readonly Script[]; abortAt?: string; repeats?: boolean }) {
  const requests: PromptRequest[] = [];
  const logged: object[] = [];
  const stopping = new AbortController();
  const stop = () => stopping.abort(new ChatError("cancelled", "stopped"));
  if (abortAt === "before") stop();
  let ids = 0;
  const batches: (readonly TurnEvent[])[] = [];
  const turn = runTurn({
    runId: "run",
    prompt: [{ role: "user", parts: [{ type: "text", text: "Hi" }] }],
    request: { model: "m", settings: {} },
    tools: [],
    toolChoice: "auto",
    maxSteps: 8,
    maxMs: 60_000,
    atLimit: "answer",
    signal: stopping.signal,
    newId: () => `id${++ids}`,
    now: () => 1000,
    log: { error: (fields) => logged.push(fields) },
    resume: null,
    async *callModel(request) {
      requests.push({ ...request, messages: [...request.messages] });
      const batches = script[repeats ? (requests.length - 1) % script.length : requests.length - 1] ?? [];
      for (const batch of batches) {
        request.signal.throwIfAborted();
        if (batch instanceof Error) throw batch;
        if (batch.length > 0) yield batch;
      }
    },
    ...ports,
  });
  for await (const batch of turn) {
    batches.push(batch);
    if (batch.some((event) => event.type === abortAt)) setImmediate(stop);
    if (batch.some((event) => event.type === abortAt && event.type === "text-delta")) stop();
  }
  return { batches, events: batches.flat(), requests, logged };
}
