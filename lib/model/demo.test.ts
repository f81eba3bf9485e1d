import { beforeEach, expect, test, vi } from "vitest";
import type { ModelEvent, ModelRequest, ReadyMessage } from "../domain/model.ts";
import { callDemo } from "./demo.ts";

const paced = vi.hoisted(() => ({ pauses: 0 }));
// The pace of a real model is not what these tests are about.
vi.mock("node:timers/promises", () => ({
  async setTimeout(_ms: number, _value: unknown, { signal }: { signal: AbortSignal }) {
    paced.pauses++;
    signal.throwIfAborted();
  },
}));
beforeEach(() => {
  paced.pauses = 0;
});

const user = (text: string): ReadyMessage => ({ role: "user", parts: [{ type: "text", text }] });
const CONTINUE = user("Your last message broke off. Continue exactly where it stopped, without repeating any of it.");
const calculator = {
  name: "calculator",
  description: null,
  parameters: { type: "object", properties: { expression: { type: "string" } } },
};
const clock = { name: "current_time", description: null, parameters: { type: "object", properties: {} } };

test("the same conversation gets the same answer, event by event", async () => {
  const once = await events({ messages: [user("Tell me a story of 120 words")] });
  expect(await events({ messages: [user("Tell me a story of 120 words")] })).toEqual(once);
});

test("an answer has as many words as were asked for", async () => {
  expect(textOf(await events({ messages: [user("Write 250 words")] })).split(/\s+/u)).toHaveLength(250);
});

test("an answer that broke off anywhere is gone on with exactly", async () => {
  const messages = [user("Write 60 words")];
  const whole = textOf(await events({ messages }));
  for (let at = 1; at < whole.length; at++) {
    const cut: ReadyMessage = { role: "assistant", text: whole.slice(0, at), calls: [] };
    const rest = await events({ messages: [...messages, cut, CONTINUE] });
    expect(whole.slice(0, at) + textOf(rest)).toBe(whole);
  }
});

test("17: what documents say is told with the number of its passage", async () => {
  const text = `Reference documents:
## Pumps
--- passage [1] 0a1b
The pump is blue. It hums.
--- end 0a1b
--- passage [2] 0a1b
Chapter 2

The warranty of the pump lasts two years. Keep the bill.
--- end 0a1b
`;
  const messages: ReadyMessage[] = [{ role: "system", text }, user("How long is the warranty of the pump?")];
  const answer = textOf(await events({ messages }));
  expect(answer).toBe("The documents say: “The warranty of the pump lasts two years.” [2]");
  const [system] = [{ role: "system", text: text.replaceAll(/^---.*$/gmu, "") } as const];
  expect(textOf(await events({ messages: [system, user("Does the pump hum and is it blue?")] }))).not.toContain("[");
});

test("arithmetic is given to the calculator, and its result told", async () => {
  const asked = await events({ messages: [user("What is 12.5 * 8?")], tools: [calculator] });
  const call = asked.find((event) => event.type === "tool-call");
  expect(call).toMatchObject({ name: "calculator", input: '{"expression":"12.5 * 8"}' });
  expect(asked.at(-1)).toMatchObject({ reason: "tool-calls" });
  const answered = await events({
    messages: [
      user("What is 12.5 * 8?"),
      { role: "assistant", text: "", calls: [{ callId: "c", name: "calculator", input: {} }] },
      { role: "tool", callId: "c", name: "calculator", output: { expression: "12.5 * 8", value: 100 }, isError: false },
    ],
    tools: [calculator],
  });
  expect(textOf(answered)).toContain("`12.5 * 8` is **100**.");
});

test.each([
  ["What is 12.5% of 1,240?", "calculator", { expression: "12.5 / 100 * 1240" }],
  ["How much is 3 percent of 200", "calculator", { expression: "3 / 100 * 200" }],
  ["What time is it in Oslo?", "current_time", { time_zone: "Europe/Oslo" }],
  ["what's the time in new york", "current_time", { time_zone: "America/New_York" }],
  ["What time is it in Germany?", "current_time", { time_zone: "Europe/Berlin" }],
  ["What time is it at Asia/Kathmandu?", "current_time", { time_zone: "Asia/Kathmandu" }],
  ["What time is it?", "current_time", {}],
])("%s is given to %s as %j", async (question, name, input) => {
  const asked = await events({ messages: [user(question)], tools: [calculator, clock] });
  const calls = asked.flatMap((event) => (event.type === "tool-call" ? [event] : []));
  expect(calls.map((call) => [call.name, JSON.parse(call.input)])).toEqual([[name, input]]);
});

test("pieces of a call's arguments come to the arguments", async () => {
  const asked = await events({
    messages: [user("What time is it in Berlin, and what is 2+2?")],
    tools: [calculator, clock],
  });
  const calls = asked.flatMap((event) => (event.type === "tool-call" ? [event] : []));
  expect(calls.map(({ name }) => name)).toEqual(["calculator", "current_time"]);
  for (const call of calls) {
    const pieces = asked.flatMap((event) =>
      event.type === "tool-input-delta" && event.callId === call.callId ? [event.text] : [],
    );
    expect(pieces.join("")).toBe(call.input);
  }
});

test("17: documents of the conversation are looked into, and what they say is quoted", async () => {
  const retrieve = { name: "retrieve", description: null, parameters: { type: "object", properties: {} } };
  const messages = [user("How late is the library open?")];
  const called = (await events({ messages, tools: [retrieve] })).find((event) => event.type === "tool-call");
  expect(called).toMatchObject({ name: "retrieve" });
  const told = async (output: unknown) => {
    const call = { callId: "c", name: "retrieve", input: {} };
    const asked: ReadyMessage[] = [
      ...messages,
      { role: "assistant", text: "", calls: [call] },
      { role: "tool", callId: "c", name: "retrieve", output, isError: false },
    ];
    return textOf(await events({ messages: asked, tools: [retrieve] }));
  };
  expect(await told([{ content: "It is open\nuntil 9.", metadata: { file_name: "hours.md" } }])).toContain(
    "**hours.md** says:\n\n> It is open\n> until 9.",
  );
  expect(await told([])).toContain("nothing about it");
  expect(await told("odd")).toContain("odd");
});

test("tools are left alone where there are none, or none may be used", async () => {
  const messages = [user("What is 12.5 * 8?")];
  const without = await events({ messages });
  const forbidden = await events({ messages, tools: [calculator], toolChoice: "none" });
  expect([...without, ...forbidden].filter(({ type }) => type === "tool-call")).toEqual([]);
});

test("an answer ends before a stop sequence", async () => {
  const answer = await events({ messages: [user("Write 100 words")], settings: { stop: ["", "knows"] } });
  expect(textOf(answer)).toMatch(/every message $/u);
  expect(answer.at(-1)).toMatchObject({ reason: "stop" });
});

test("an answer ends at its limit of tokens, and says so", async () => {
  const answer = await events({ messages: [user("Write 100 words")], settings: { maxTokens: 7 } });
  expect(answer.filter(({ type }) => type === "text-delta")).toHaveLength(7);
  expect(answer.at(-1)).toMatchObject({ reason: "length", usage: { outputTokens: 7 } });
});

test("an answer that fits its limit of tokens has stopped by itself", async () => {
  const answer = await events({ messages: [user("Write 10 words")], settings: { maxTokens: 1000 } });
  expect(answer.at(-1)).toMatchObject({ reason: "stop" });
});

test("a title has few words and no tool", async () => {
  const answer = await events({
    purpose: "title",
    messages: [user("What is the capital of Norway, please?")],
    tools: [calculator],
  });
  expect(textOf(answer)).toBe("Capital Norway");
});

test("an answer of a schema is JSON that fits it", async () => {
  const schema = { type: "object", properties: { n: { type: "integer" }, on: { type: "boolean" } }, required: ["n"] };
  const answer = await events({
    messages: [user("Give me data")],
    settings: { responseFormat: { type: "json_schema", schema } },
  });
  expect(JSON.parse(textOf(answer))).toMatchObject({ n: expect.any(Number) });
});

test("an abort ends the answer with the abort's reason", async () => {
  const stopping = new AbortController();
  const reason = new Error("stopped");
  const read = async () => {
    for await (const batch of callDemo(request({ messages: [user("Write 100 words")], signal: stopping.signal }))) {
      if (batch.some(({ type }) => type === "text-delta")) stopping.abort(reason);
    }
  };
  await expect(read()).rejects.toBe(reason);
});

test("every token of an answer is paced", async () => {
  const answer = await events({ messages: [user("Write 30 words")] });
  expect(paced.pauses).toBe(1 + answer.filter(({ type }) => type === "text-delta").length);
});

const request = (about: Partial<ModelRequest>): ModelRequest => ({
  model: "demo",
  purpose: "turn",
  messages: [],
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal: new AbortController().signal,
  ...about,
});

async function events(about: Partial<ModelRequest>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = [];
  for await (const batch of callDemo(request(about))) all.push(...batch);
  return all;
}

const textOf = (all: readonly ModelEvent[]) =>
  all.flatMap((event) => (event.type === "text-delta" ? [event.text] : [])).join("");
