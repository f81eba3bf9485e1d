import { expect, test } from "vitest";
import type { ModelEvent } from "../domain/model.ts";
import { chatChunkReader } from "./chat-chunks.ts";

// What servers send beside the protocol: what is no end, failures that pass for one, odd lines, and calls in odd
// pieces.

const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const d = (delta: unknown, finish_reason: unknown = null, more: object = {}) =>
  frame({ choices: [{ index: 0, delta, finish_reason }], ...more });
const fin = (reason: unknown) => d({}, reason);
const call = (piece: unknown) => d({ tool_calls: [piece] });
const DONE = "data: [DONE]\n\n";
const USAGE = frame({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } });

test.each(["null", "None", "none", "undefined", "in_progress", "FINISH_REASON_UNSPECIFIED", "generating"])(
  '5: the reason "%s" is none yet',
  (word) => {
    const reader = chatChunkReader();
    const events = [d({ content: "3" }, word), USAGE].flatMap(reader.read);
    expect([reader.isEnding(), reader.isDone()]).toEqual([false, false]);
    events.push(...[d({ content: "91" }, word), fin("stop"), DONE].flatMap(reader.read), ...reader.end());
    expect([said(events), events.filter(({ type }) => type === "notice")]).toEqual(["391", []]);
  },
);

test("5: a reason in each chunk ends nothing until it comes by itself", () => {
  const reader = chatChunkReader();
  const events = [d({ content: "3" }, "stop"), USAGE, d({ content: "9" }, "stop")].flatMap(reader.read);
  expect([reader.isEnding(), reader.isDone()]).toEqual([false, false]);
  events.push(...reader.read(d({ content: "1" }, "stop")), ...reader.read(fin("stop")));
  expect(reader.isEnding()).toBe(true);
  expect(said([...events, ...reader.end()])).toBe("391");
});

test.each<[string, string]>([
  ["in the delta", d({ finish_reason: "length" })],
  ["as an object", fin({ type: "length" })],
  ["under another name", frame({ choices: [{ delta: {}, stop_reason: "max_tokens" }] })],
  ["beside the choices", frame({ choices: [{ delta: {} }], finish_reason: "length" })],
])("20: a reason is found %s", (_, chunk) => {
  expect(read([d({ content: "391" }), chunk]).events.at(-1)).toMatchObject({ type: "finish", reason: "length" });
});

test.each<[string, string]>([
  ["FastAPI's, with an object", frame({ detail: { error: "Overloaded" } })],
  ["KoboldCpp's", frame({ detail: { msg: "Overloaded", type: "service_unavailable" } })],
  ["Mistral's behind gateways", frame({ message: { detail: [{ msg: "Overloaded" }] } })],
  ["Groq's", frame({ choices: [{ delta: {}, finish_reason: null }], x_groq: { error: "Overloaded" } })],
  ["MiniMax's beside choices", d({}, "", { base_resp: { status_code: 1027, status_msg: "Overloaded" } })],
  ["an event without data", "event: error\n\n"],
  ["an event with empty data", "event: error\ndata:\n\n"],
  ["an event of another name", 'event: stream_error\ndata: {"code":500}\n\n'],
  ["a problem (RFC 9457)", frame({ type: "about:blank", title: "Overloaded", status: 503 })],
  ["a code alone", frame({ code: 500 })],
  ["a status and a description", frame({ statusCode: 500, description: "Overloaded" })],
  ["a status and a reason", frame({ status: 500, reason: "Overloaded" })],
  ["errorMessage", frame({ errorMessage: "Overloaded" })],
  ["Message", frame({ Message: "Overloaded" })],
  ["errors by field", frame({ errors: { model: ["Overloaded"] } })],
  ["a fault", frame({ fault: { faultstring: "Overloaded" } })],
  ["Bedrock's", frame({ internalServerException: { message: "Overloaded" } })],
  [
    "an error object beside an empty choice",
    frame({ object: "error", message: "Overloaded", choices: [{ delta: {} }] }),
  ],
  ["a detail beside an empty choice", d({}, null, { detail: "Overloaded" })],
  ["a message in the choice", frame({ choices: [{ delta: {}, error_message: "Overloaded" }] })],
  ["a status that is no state of work", frame({ status: "overloaded", message: "Come again" })],
  ["words as data", "data: Internal Server Error\n\n"],
  ["a line of words", "Internal Server Error\n"],
  ["a web page", "<html>\n<title>502 Bad Gateway</title>\n</html>\n"],
])("6: a failure does not pass for an end: %s", (_, chunk) => {
  for (const end of [[DONE], []]) {
    const { thrown, events } = read([d({ content: "Half" }), chunk, ...end]);
    expect([said(events), events.some(({ type }) => type === "finish")]).toEqual(["Half", false]);
    expect(thrown).toMatchObject({ code: "model-failed", message: expect.not.stringContaining("complete") });
  }
});

test.each<[string, string]>([
  ["a server that loads", frame({ status: "loading", message: "Loading model" })],
  ["a queue", frame({ type: "status", message: "Waiting in queue" })],
  ["progress", frame({ object: "chat.completion.progress", detail: "10%" })],
  ["success in words", d({ role: "assistant", content: "" }, null, { code: 0, message: "Success" })],
  ["an event ping with a date", "event: ping\ndata: ping|2026-01-01|17\n\n"],
  ["ping", "data: ping\n\n"],
  ["[KEEPALIVE]", "data: [KEEPALIVE]\n\n"],
  ["null", "data: null\n\n"],
  ["true", "data: true\n\n"],
  ["an empty text", 'data: ""\n\n'],
  ["an error {}", d({}, null, { error: {} })],
  ["an error []", d({}, null, { error: [] })],
  ["an error of zeros", d({}, null, { error: { code: 0, message: "" } })],
  ['an error "null"', d({}, null, { error: "null" })],
])("17, 18: what says nothing fails nothing: %s", (_, chunk) => {
  const { thrown, events } = read([chunk, d({ content: "391" }), chunk, fin("stop"), DONE]);
  expect([said(events), thrown]).toEqual(["391", null]);
});

test.each(['"[DONE]"', "[DONE].", "[END]", "<DONE>", "</s>", "EOF", "stream complete", "[DONE]\u0000"])(
  "17: data: %s is an end",
  (mark) => {
    for (const reason of [[fin("stop")], []]) {
      const { thrown, events } = read([d({ content: "391" }), ...reason, `data: ${mark}\n\n`]);
      expect([said(events), thrown]).toEqual(["391", null]);
    }
  },
);

test.each<[string, string]>([
  ["a broken usage chunk", 'data: {"choices":[],"usa\n\n'],
  ["words", "data: bye for now\n\n"],
  ["an error", frame({ error: { message: "late" } })],
])("17: what stands behind the reason fails no answer: %s", (_, chunk) => {
  const { thrown, events } = read([d({ content: "391" }), fin("stop"), chunk]);
  expect([said(events), thrown]).toEqual(["391", null]);
});

test.each<[string, (line: string) => string]>([
  ["a space before it", (line) => ` ${line}`],
  ["another case", (line) => line.replace("data:", "Data:")],
  ["a byte order mark", (line) => `\uFEFF${line}`],
  ["its field twice", (line) => `data: ${line}`],
])("17: a line with %s is read", (_, written) => {
  const { events } = read([d({ content: "39" }), d({ content: "1" }), fin("stop"), DONE].map(written));
  expect(said(events)).toBe("391");
});

test.each<[string, string[]]>([
  [
    "beside an empty delta (Perplexity)",
    [
      JSON.stringify({
        choices: [{ message: { content: "391" }, delta: { role: "assistant", content: "" }, finish_reason: "stop" }],
      }),
    ],
  ],
  [
    "in pieces",
    [frame({ choices: [{ message: { content: "3" } }] }), frame({ choices: [{ message: { content: "91" } }] }), DONE],
  ],
  ["as a text", [frame({ choices: [{ message: "391", finish_reason: "stop" }] })]],
  ["in the choice", [frame({ choices: [{ content: "391", finish_reason: "stop" }] })]],
  [
    "behind thoughts in tags",
    [
      d({ content: "<think>Hm</think>" }),
      frame({ choices: [{ message: { content: "<think>Hm</think>391" }, finish_reason: "stop" }] }),
    ],
  ],
  [
    "under a number as a text",
    [frame({ choices: [{ index: "0", delta: { content: "39" } }] }), d({ content: "1" }, "stop")],
  ],
  [
    "behind an empty choice of another number",
    [frame({ choices: [{ index: 1, delta: { content: "" } }] }), d({ content: "391" }, "stop")],
  ],
  ["beside the same refusal", [d({ content: "391", refusal: "391" }, "stop")]],
])("8, 23: a message is read %s", (_, stream) => {
  const { events, thrown } = read(stream);
  expect([said(events), thrown]).toEqual(["391", null]);
});

test("22: zeros behind a count do not replace it", () => {
  const zeros = { usage: { prompt_tokens: 0, completion_tokens: 0 } };
  const { events } = read([d({ content: "391" }), USAGE, d({}, "stop", zeros), DONE]);
  expect(events.at(-1)).toMatchObject({ usage: { inputTokens: 3, outputTokens: 1 } });
});

test.each([
  [
    "a list, an object in each line",
    '[\n{"choices":[{"delta":{"content":"39"}}]},\n{"choices":[{"delta":{"content":"1"},"finish_reason":"stop"}]}\n]\n',
  ],
  ["data over lines", 'data: [\ndata: {"choices":[{"delta":{"content":"391"},"finish_reason":"stop"}]}\ndata: ]\n\n'],
])("17: signs of life take nothing of a JSON text: %s", (_, stream) => {
  expect(said(read([stream]).events)).toBe("391");
});

test("8: a message behind pieces brings its calls", () => {
  const tool_calls = [{ id: "a", function: { name: "f", arguments: "{}" } }];
  const message = { content: "Let me see", tool_calls };
  const { events } = read([
    d({ content: "Let me see" }),
    frame({ choices: [{ message, finish_reason: "tool_calls" }] }),
  ]);
  expect([said(events), calls(events)]).toEqual(["Let me see", [["a", "f", "{}"]]]);
});

test.each<[string, object]>([
  ["an older one of null", { function_call: { name: null, arguments: null } }],
  ["an older one of empty texts", { function_call: { name: "", arguments: "" } }],
  ["an older one of nothing", { function_call: {} }],
  ["empty texts", { tool_calls: [{ index: 0, id: "", type: "function", function: { name: "", arguments: "" } }] }],
  ["an empty object", { tool_calls: [{}] }],
  ["null", { tool_calls: [null] }],
])("9: an empty stub of a call is none: %s", (_, stub) => {
  const { events, thrown } = read([d({ content: "391", ...stub }), fin("stop"), DONE]);
  expect([said(events), calls(events), thrown]).toEqual(["391", [], null]);
  expect(events.at(-1)).toMatchObject({ reason: "stop" });
});

const piece = (name: unknown, input: unknown, more: object = {}) => ({ ...more, function: { name, arguments: input } });
const ONE = ["f", '{"n":1}'];

test.each<[string, unknown[], string[][]]>([
  [
    "9: a stub behind a call",
    [piece("f", '{"n":1}', { index: 0, id: "a" }), piece("", "", { index: 1, id: "" })],
    [ONE],
  ],
  [
    "10e: the name in pieces with empty arguments",
    [piece("get_", "", { index: 0, id: "a" }), piece("time", "", { index: 0 }), piece(null, "{}", { index: 0 })],
    [["get_time", "{}"]],
  ],
  [
    "10f: the name with all that it has so far",
    [piece("get", "", { index: 0, id: "a" }), piece("get_time", "{}", { index: 0, id: "a" })],
    [["get_time", "{}"]],
  ],
  [
    "10g: a new id with each piece, the name again",
    [piece("f", '{"n"', { index: 0, id: "a" }), piece("f", ":1}", { index: 0, id: "b" })],
    [ONE],
  ],
  [
    "10h: a number from the second piece on",
    [piece("f", "", { id: "a" }), piece(null, '{"n":1}', { index: 0 })],
    [ONE],
  ],
  [
    "10h: a number that grows with each piece",
    [piece("f", "", { index: 0, id: "a" }), piece(null, '{"n":1}', { index: 1 })],
    [ONE],
  ],
  [
    "10i: a new id with each piece, no number and no name",
    [piece("f", '{"n"', { id: "a" }), piece("", ":1}", { id: "b" })],
    [ONE],
  ],
  [
    "10j: one id for two calls",
    [piece("f", '{"n":1}', { id: "a" }), piece("g", "{}", { id: "a" })],
    [ONE, ["g", "{}"]],
  ],
  [
    "10k: the name again with nothing at the end",
    [piece("f", '{"n":1}', { index: 0 }), piece("f", "", { index: 0 })],
    [ONE],
  ],
  [
    "10k: the name again with null at the end",
    [piece("f", '{"n":1}', { index: 0, id: "a" }), piece("f", null, { index: 0, id: null })],
    [ONE],
  ],
  [
    "10l: all arguments so far with each piece",
    ['{"n"', '{"n":1', '{"n":1}'].map((input) => piece("f", input, { index: 0, id: "a" })),
    [ONE],
  ],
  [
    "arguments within arguments are no repeat",
    [piece("f", '{"n":', { index: 0, id: "a" }), piece(null, '{"n":1}}', { index: 0 })],
    [["f", '{"n":{"n":1}}']],
  ],
  ["10n: a custom tool", [{ index: 0, id: "a", type: "custom", custom: { name: "f", input: '{"n":1}' } }], [ONE]],
  ["10n: a function that is a name", [{ id: "a", function: "f", arguments: { n: 1 } }], [ONE]],
])("%s", (_, pieces, expected) => {
  const { events, thrown } = read([...pieces.map(call), fin("tool_calls"), DONE]);
  expect([calls(events).map(([, ...rest]) => rest), thrown]).toEqual([expected, null]);
});

test.each<[string, object]>([
  [
    "10m: in both fields",
    { function_call: { name: "f", arguments: '{"n":1}' }, tool_calls: [piece("f", '{"n":1}', { id: "a" })] },
  ],
  ["10n: by number", { tool_calls: { "0": piece("f", '{"n":1}', { id: "a" }) } }],
  ["10n: as JSON in a text", { tool_calls: JSON.stringify([piece("f", '{"n":1}', { id: "a" })]) }],
  ["10n: one by itself", { tool_call: piece("f", '{"n":1}', { id: "a" }) }],
  ["10n: as a part of the content", { content: [{ type: "tool_use", id: "a", name: "f", input: { n: 1 } }] }],
])("%s", (_, delta) => {
  expect(calls(read([d(delta), fin("tool_calls"), DONE]).events)).toEqual([["a", ...ONE]]);
});

const said = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
const calls = (events: readonly ModelEvent[]) =>
  events.flatMap((event) => (event.type === "tool-call" ? [[event.callId, event.name, event.input]] : []));

function read(pieces: readonly string[]): { readonly events: readonly ModelEvent[]; readonly thrown: unknown } {
  const reader = chatChunkReader();
  const events = pieces.flatMap(reader.read);
  try {
    return { events: [...events, ...reader.end()], thrown: null };
  } catch (thrown) {
    return { events, thrown };
  }
}
