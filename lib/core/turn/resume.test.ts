import { expect, test } from "vitest";
import { isLast, type TurnEvent } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { ModelEvent, PromptMessage } from "../../domain/model.ts";
import { resumeFrom } from "./resume.ts";
import { runTurn, type TurnPorts, type TurnTool } from "./run-turn.ts";

const finish = (reason: "stop" | "tool-calls" | "length"): ModelEvent => ({
  type: "finish",
  reason,
  usage: { inputTokens: 10, outputTokens: 5 },
});
const say = (...texts: string[]): ModelEvent[][] => texts.map((text) => [{ type: "text-delta", text }]);
const think = (...texts: string[]): ModelEvent[][] => texts.map((text) => [{ type: "reasoning-delta", text }]);
const calls = (...ids: string[]): ModelEvent[][] =>
  ids.map((callId) => [
    { type: "tool-input-delta", callId, name: "t", text: "{}" },
    { type: "tool-call", callId, name: "t", input: "{}" },
  ]);

const TURNS: Readonly<Record<string, readonly (readonly (readonly ModelEvent[])[])[]>> = {
  "a text": [[...say("One ", "two ", "three"), [finish("stop")]]],
  "reasoning and text": [[...think("Hm", ", well"), ...say("Yes", "."), [finish("stop")]]],
  "two blocks of text around reasoning": [[...say("A"), ...think("b"), ...say("C"), [finish("stop")]]],
  "parallel calls and an answer": [
    [...say("Let me look. "), ...calls("a", "b"), [finish("tool-calls")]],
    [...think("So"), ...say("It is ", "7"), [finish("stop")]],
  ],
  "calls without a word, twice": [
    [...calls("a"), [finish("tool-calls")]],
    [...calls("b", "c"), [finish("tool-calls")]],
    [...say("Done"), [finish("stop")]],
  ],
  "an answer cut for length": [[...say("Once upon"), [finish("length")]]],
};

const CUTS: { name: string; at: number; events: readonly TurnEvent[] }[] = [];
for (const [name, script] of Object.entries(TURNS)) {
  const { events } = await play(script, null);
  for (let at = 0; at < events.length; at++) CUTS.push({ name, at, events });
}

test.each(CUTS)("$name, cut after $at events, is closed in order", async ({ at, events }) => {
  const past = events.slice(0, at);
  const { closing } = resumeFrom(past, ports());
  expect(faults([...past, ...closing], "open turn")).toEqual([]);
});

test.each(CUTS)("$name, cut after $at events, ends in order, with nothing taken back", async ({ at, events }) => {
  const past = events.slice(0, at);
  const { events: more } = await play([[...say(" and on"), [finish("stop")]]], past);
  const whole = [...past, ...more];
  expect(faults(whole, "whole turn")).toEqual([]);
  expect(said(whole).startsWith(said(past))).toBe(true);
});

test.each(CUTS)("$name, cut after $at events, runs no call a second time", async ({ at, events }) => {
  const { executed } = await play([[...say("x"), [finish("stop")]]], events.slice(0, at));
  expect(executed).toBe(0);
});

test.each(CUTS)("$name, cut after $at events, shows the model all that was said", async ({ at, events }) => {
  const past = events.slice(0, at);
  const { said: prompt } = resumeFrom(past, ports());
  const texts = prompt.flatMap((message) => (message.role === "assistant" ? [message.text] : []));
  expect(texts.join("").replaceAll("\n\n", "")).toBe(saidText(past));
});

test("C27: a call whose process went is told as interrupted by a code, and stored so", async () => {
  const past = await cut("parallel calls and an answer", "step-end");
  const { closing } = resumeFrom(past, ports());
  const cuts = closing.flatMap((event) => (event.type === "tool-result" ? [event.cut] : []));
  expect(cuts).toEqual(["interrupted", "interrupted"]);
  const parts = foldEvents([...past, ...closing]).flatMap((message) => message.parts);
  expect(parts.filter((part) => part.type === "tool-result")).toMatchObject(cuts.map((one) => ({ cut: one })));
});

test("a text that broke off is gone on with, and the model is asked for that", async () => {
  const past = await cut("a text", "text-delta");
  const { events, prompts } = await play([[...say("rest"), [finish("stop")]]], past);
  expect(prompts[0]?.at(-1)).toMatchObject({ role: "user", parts: [{ text: expect.stringMatching(/^Your last/u) }] });
  expect(events).toContainEqual({ type: "text-start", continues: true });
});

test("after the results of its calls the model is asked nothing more", async () => {
  const past = await cut("parallel calls and an answer", "tool-result");
  const { prompts } = await play([[...say("rest"), [finish("stop")]]], past);
  expect(prompts[0]?.at(-1)?.role).toBe("tool");
});

test("a call without a result counts as one that may have run", async () => {
  const past = await cut("calls without a word, twice", "step-end");
  const { closing } = resumeFrom(past, ports());
  expect(closing).toMatchObject([
    { type: "tool-result", callId: "a", isError: true, output: { error: expect.stringContaining("may have run") } },
  ]);
});

test("a turn of which only the end is missing ends without a model call, for the reason that it had", async () => {
  const past = await cut("an answer cut for length", "step-end");
  const { events, prompts } = await play([], past);
  expect(prompts).toHaveLength(0);
  expect(events).toMatchObject([{ type: "turn-end", finishReason: "length" }]);
});

test("a model that has nothing to add to a text that broke off leaves the turn interrupted", async () => {
  const past = await cut("a text", "text-delta");
  const { events } = await play([[[finish("stop")]]], past);
  expect(events.at(-1)).toMatchObject({ type: "turn-error", status: "interrupted" });
});

test("steps and usage of both processes add up", async () => {
  const past = await cut("parallel calls and an answer", "tool-result");
  const { events } = await play([[...say("x"), [finish("stop")]]], past);
  expect(events.at(-1)).toMatchObject({ steps: 2, usage: { inputTokens: 20, outputTokens: 10, isEstimated: false } });
});

test.each(["tool-call", "step-end"] as const)(
  "calls that a limit returns to the caller are returned though the process died after their %s",
  async (type) => {
    const past = await cut("calls without a word, twice", type, 2);
    const { events, prompts } = await play([[...say("x"), [finish("stop")]]], past, {
      maxSteps: 2,
      atLimit: "return-calls",
    });
    expect(prompts).toHaveLength(0);
    expect(events.at(-1)).toMatchObject({
      type: "turn-end",
      finishReason: "tool-calls",
      limit: "steps",
      pendingCallIds: ["b", "c"].slice(0, type === "tool-call" ? 1 : 2),
      steps: 2,
    });
    expect(faults([...past, ...events], "turn with calls for its caller")).toEqual([]);
  },
);

test("calls that the caller runs are the caller's though the process died before the end", async () => {
  const past = await cut("parallel calls and an answer", "step-end");
  const { events, prompts } = await play([], past, { run: null });
  expect(prompts).toHaveLength(0);
  expect(events).toMatchObject([{ type: "turn-end", finishReason: "tool-calls", pendingCallIds: ["a", "b"] }]);
});

/** The events of a turn up to the last result of a call, or up to the nth of another type. */
async function cut(name: string, type: TurnEvent["type"], nth = 1): Promise<TurnEvent[]> {
  const { events } = await play(TURNS[name] ?? [], null);
  const found = events.flatMap((event, at) => (event.type === type ? [at] : []));
  const last = type === "tool-result" ? found.at(-1) : found[nth - 1];
  return events.slice(0, (last ?? -1) + 1);
}

function ports() {
  let ids = 0;
  return { newId: () => `new${++ids}`, now: () => 1000 };
}

/** Runs a turn from its beginning, or from what a process left of it. */
async function play(
  script: readonly (readonly (readonly ModelEvent[])[])[],
  past: readonly TurnEvent[] | null,
  { run, ...limits }: Partial<Pick<TurnTool, "run"> & Pick<TurnPorts, "maxSteps" | "atLimit">> = {},
) {
  let executed = 0;
  const prompts: (readonly PromptMessage[])[] = [];
  const tool: TurnTool = {
    definition: { name: "t", description: null, parameters: {} },
    run: run === undefined ? async () => ++executed : run,
  };
  const events: TurnEvent[] = [];
  const turn = runTurn({
    runId: "run",
    prompt: [{ role: "user", parts: [{ type: "text", text: "Hi" }] }],
    request: { model: "m", settings: {} },
    tools: [tool],
    toolChoice: "auto",
    maxSteps: 8,
    maxMs: 60_000,
    atLimit: "answer",
    ...limits,
    signal: new AbortController().signal,
    log: { error: (fields) => expect(fields).toBeNull() },
    ...ports(),
    resume: past === null || past.length === 0 ? null : resumeFrom(past, ports()),
    async *callModel({ messages }) {
      yield [{ type: "start" }];
      yield* script[prompts.length] ?? [];
      prompts.push([...messages]);
    },
  });
  for await (const batch of turn) events.push(...batch);
  return { events, executed, prompts };
}

const said = (events: readonly TurnEvent[]): string =>
  foldEvents(events)
    .flatMap(({ parts }) => parts.flatMap((part) => ("text" in part ? [part.text] : [])))
    .join("");
const saidText = (events: readonly TurnEvent[]): string =>
  foldEvents(events)
    .flatMap(({ parts }) => parts.flatMap((part) => (part.type === "text" ? [part.text] : [])))
    .join("");

/** What is wrong with the order of a turn's events. */
function faults(
  events: readonly TurnEvent[],
  what: "open turn" | "whole turn" | "turn with calls for its caller",
): string[] {
  const found: string[] = [];
  let isInStep = false;
  let block: string | null = null;
  const open = new Set<string>();
  for (const [n, event] of events.entries()) {
    const wrong = (why: string) => found.push(`${n} ${event.type}: ${why}`);
    if (/^(?:text|reasoning|tool-call|tool-input|step-end)/u.test(event.type) && !isInStep) wrong("outside a step");
    if (block !== null && !event.type.startsWith(block)) wrong(`inside ${block}`);
    switch (event.type) {
      case "step-start":
        if (isInStep) wrong("inside a step");
        if (open.size > 0) wrong("with open calls");
        isInStep = true;
        break;
      case "step-end":
        isInStep = false;
        break;
      case "text-start":
      case "reasoning-start":
        if (block !== null) wrong("inside a block");
        block = event.type.replace("-start", "");
        break;
      case "text-delta":
      case "reasoning-delta":
        if (block === null) wrong("outside a block");
        break;
      case "text-end":
      case "reasoning-end":
        if (block === null) wrong("outside a block");
        block = null;
        break;
      case "tool-call":
        open.add(event.callId);
        break;
      case "tool-result":
        if (isInStep) wrong("inside a step");
        if (!open.delete(event.callId)) wrong("without a call");
        break;
      default:
        if (isLast(event) && n < events.length - 1) wrong("before the end");
    }
  }
  if (what === "turn with calls for its caller") open.clear();
  if (isInStep || block !== null || open.size > 0) found.push("something stays open");
  const last = events.at(-1);
  if (what !== "open turn" && !(last && isLast(last))) found.push("no end");
  return found;
}
