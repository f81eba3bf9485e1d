import { expect, test } from "vitest";
import type { ModelEvent } from "../domain/model.ts";
import { chatChunkReader } from "./chat-chunks.ts";

const delta = (value: object, finish_reason: string | null = null) => ({ choices: [{ delta: value, finish_reason }] });
const piece = (value: object) => delta({ tool_calls: [value] });
const usage = { inputTokens: null, outputTokens: null };
const stop: ModelEvent = { type: "finish", reason: "stop", usage };
const text = (value: string): ModelEvent => ({ type: "text-delta", text: value });
const calls = (events: readonly ModelEvent[]) =>
  events.flatMap((event) => (event.type === "tool-call" ? [[event.callId, event.name, event.input]] : []));

const WHOLE = [
  ": welcome",
  sse(delta({ role: "assistant", content: "" })),
  sse(delta({ reasoning_content: "Hm" })),
  sse(delta({ content: "Grüße 😀" })),
  sse(piece({ index: 0, id: "a", type: "function", function: { name: "weather", arguments: '{"city":' } })),
  ": ping",
  sse(piece({ index: 0, function: { arguments: '"Oslo"}' } })),
  sse(delta({}, "tool_calls")),
  sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } }),
  "data: [DONE]\n\n",
].join("\n");
const WHOLE_EVENTS: ModelEvent[] = [
  { type: "reasoning-delta", text: "Hm" },
  text("Grüße 😀"),
  { type: "tool-input-delta", callId: "a", name: "weather", text: '{"city":' },
  { type: "tool-input-delta", callId: "a", name: "weather", text: '"Oslo"}' },
  { type: "tool-call", callId: "a", name: "weather", input: '{"city":"Oslo"}' },
  { type: "finish", reason: "tool-calls", usage: { inputTokens: 7, outputTokens: 3 } },
];

test("a whole stream is read at once", () => {
  expect(read([WHOLE])).toEqual(WHOLE_EVENTS);
});

test("a stream cut at any byte is read the same", () => {
  const bytes = Buffer.from(WHOLE);
  for (let at = 0; at <= bytes.length; at++) {
    // As Node's sockets decode: half a character waits for its other half.
    const decoder = new TextDecoder();
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)].map((part) => decoder.decode(part, { stream: true }));
    expect(read(pieces)).toEqual(WHOLE_EVENTS);
  }
});

test("a stream that comes one character at a time is read the same", () => {
  expect(read([...WHOLE])).toEqual(WHOLE_EVENTS);
});

test("lines may end in CR LF", () => {
  expect(read([WHOLE.replaceAll("\n", "\r\n")])).toEqual(WHOLE_EVENTS);
});

test("other fields, comments and empty data are passed over", () => {
  const stream = `event: message\nid: 7\nretry: 1000\ndata:\n:\n\ndata:${JSON.stringify(delta({ content: "a" }, "stop"))}`;
  expect(read([stream])).toEqual([text("a"), stop]);
});

test("what comes after the end is not read", () => {
  expect(
    read([`${sse(delta({ content: "a" }, "stop"))}data: [DONE]\n\n${sse(delta({ content: "b" }))}data: junk`]),
  ).toEqual([text("a"), stop]);
});

test("an answer that ends without a reason and without its mark is not whole", () => {
  expect(() => read([sse(delta({ content: "a" }))])).toThrow(
    expect.objectContaining({ code: "model-failed", message: expect.stringContaining("before it was complete") }),
  );
});

test.each([[null], [""], [undefined]])("an answer with its mark and the reason %o has stopped", (finish_reason) => {
  const chunk = { choices: [{ delta: { content: "a" }, finish_reason }] };
  expect(read([`${sse(chunk)}data: [DONE]\n\n`])).toEqual([text("a"), stop]);
});

test.each([
  ["stop", "stop"],
  ["length", "length"],
  ["content_filter", "content-filter"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["eos", "stop"],
])("the reason %s counts as %s", (given, reason) => {
  expect(read([sse(delta({}, given))])).toEqual([{ type: "finish", reason, usage }]);
});

test("a reason that is blanked later stands", () => {
  expect(read([sse(delta({}, "length")), sse(delta({}, ""))])).toMatchObject([{ reason: "length" }]);
});

test('"stop" behind a call counts as calls', () => {
  const events = read([
    sse(piece({ index: 0, id: "a", function: { name: "f", arguments: "{}" } })),
    sse(delta({}, "stop")),
  ]);
  expect(events.at(-1)).toMatchObject({ reason: "tool-calls" });
});

test.each<[string, object[], unknown[]]>([
  [
    "by number",
    [
      { index: 0, id: "a", function: { name: "f", arguments: "{" } },
      { index: 1, id: "b", function: { name: "g", arguments: "[" } },
      { index: 0, function: { arguments: "}" } },
      { index: 1, function: { arguments: "]" } },
    ],
    [
      ["a", "f", "{}"],
      ["b", "g", "[]"],
    ],
  ],
  [
    "by number, with id and name said again",
    [
      { index: 0, id: "a", function: { name: "f", arguments: "{" } },
      { index: 0, id: "a", function: { name: "f", arguments: "}" } },
    ],
    [["a", "f", "{}"]],
  ],
  [
    "by number, with an empty id later",
    [
      { index: 0, id: "a", function: { name: "f", arguments: "{" } },
      { index: 0, id: "", function: { name: "", arguments: "}" } },
    ],
    [["a", "f", "{}"]],
  ],
  [
    "by id, where all have the number 0",
    [
      { index: 0, id: "a", function: { name: "f", arguments: "{}" } },
      { index: 0, id: "b", function: { name: "f", arguments: "[]" } },
    ],
    [
      ["a", "f", "{}"],
      ["b", "f", "[]"],
    ],
  ],
  [
    "by id, where none has a number",
    [
      { id: "a", function: { name: "f", arguments: "{" } },
      { function: { arguments: "}" } },
      { id: "b", function: { name: "f", arguments: "[" } },
      { id: "b", function: { arguments: "]" } },
    ],
    [
      ["a", "f", "{}"],
      ["b", "f", "[]"],
    ],
  ],
  [
    "by name, where there is nothing else",
    [{ function: { name: "f", arguments: "{}" } }, { function: { name: "f", arguments: "[]" } }],
    [
      [expect.stringMatching(/^[\da-f-]{36}$/u), "f", "{}"],
      [expect.stringMatching(/^[\da-f-]{36}$/u), "f", "[]"],
    ],
  ],
  ["without arguments", [{ index: 0, id: "a", function: { name: "f" } }], [["a", "f", ""]]],
])("calls in pieces are told apart %s", (_, pieces, expected) => {
  expect(calls(read([...pieces.map((one) => sse(piece(one))), sse(delta({}, "tool_calls"))]))).toEqual(expected);
});

test("parallel calls of one chunk are told apart without numbers", () => {
  const chunk = delta({
    tool_calls: [
      { id: "a", function: { name: "f", arguments: "{}" } },
      { id: "b", function: { name: "g", arguments: "{}" } },
    ],
  });
  expect(calls(read([sse(chunk), sse(delta({}, "tool_calls"))]))).toHaveLength(2);
});

test("a call without a name is an error of the provider", () => {
  expect(() => read([sse(piece({ index: 0, function: { arguments: "{" } }))])).toThrow("a tool call without a name");
});

test.each([
  ["an object with a message", { error: { message: "overloaded", code: 529 } }, "reported an error: overloaded"],
  ["a text", { error: "overloaded" }, "reported an error: overloaded"],
  ["nothing readable", { error: { message: 7 } }, "reported an error"],
])("an error in the stream ends it: %s", (_, chunk, message) => {
  expect(() => read([sse(delta({ content: "a" })), sse(chunk)])).toThrow(
    expect.objectContaining({ code: "model-failed", message: expect.stringContaining(message) }),
  );
});

test("an error of null is none", () => {
  expect(read([sse({ ...delta({ content: "a" }, "stop"), error: null })])).toEqual([text("a"), stop]);
});

test.each(['{"choices":', "7", "null", "<html>", "undefined"])("what is no JSON object is an error: %s", (data) => {
  expect(() => read([`data: ${data}\n`])).toThrow(
    expect.objectContaining({ code: "model-failed", message: expect.not.stringContaining(data) }),
  );
});

test.each<[string, unknown]>([
  ["choices", {}],
  ["choices", [null]],
  ["choices", ["x"]],
  ["choices", [{ delta: "x" }]],
  ["choices", [{ delta: { content: 7, reasoning: {}, tool_calls: {} } }]],
  ["choices", [{ delta: { tool_calls: null } }]],
  ["choices", [{ delta: null, finish_reason: 7 }]],
  ["usage", "many"],
  ["usage", { prompt_tokens: "7", completion_tokens: null }],
])("a chunk whose %s have another shape says nothing: %j", (field, value) => {
  expect(read([sse({ [field]: value }), sse(delta({}, "stop"))])).toEqual([stop]);
});

test("usage may come in every chunk: the last counts", () => {
  const counted = (prompt_tokens: number) => ({
    ...delta({}, "stop"),
    usage: { prompt_tokens, completion_tokens: prompt_tokens },
  });
  expect(read([sse(counted(1)), sse(counted(9))])).toMatchObject([{ usage: { inputTokens: 9, outputTokens: 9 } }]);
});

test("a key named __proto__ changes nothing", () => {
  expect(read(['data: {"__proto__":{"choices":[{"delta":{"content":"x"}}]}}\n', sse(delta({}, "stop"))])).toEqual([
    stop,
  ]);
});

function sse(chunk: object): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function read(pieces: readonly string[]): ModelEvent[] {
  const reader = chatChunkReader();
  return [...pieces.flatMap((one) => reader.read(one)), ...reader.end()];
}
