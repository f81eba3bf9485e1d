import { expect, test } from "vitest";
import type { ModelEvent } from "../domain/model.ts";
import { chatChunkReader } from "./chat-chunks.ts";

// What servers send, by the numbers of the cases; each row is a shape of the reader's page.

type Finish = string | null;
const d = (delta: object, finish_reason: Finish = null) => frame({ choices: [{ index: 0, delta, finish_reason }] });
const fin = (reason: string) => d({}, reason);
const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const DONE = "data: [DONE]\n\n";
const call = (piece: object) => d({ tool_calls: [piece] });

test.each<[string, string]>([
  ["vLLM", frame({ object: "error", message: "CUDA out of memory", code: 500 })],
  ["vLLM, as it was", frame({ object: "error", message: "CUDA out of memory", type: "InternalServerError" })],
  ["in an error", frame({ error: { message: "CUDA out of memory" } })],
  ["in an error that is a text", frame({ error: "CUDA out of memory" })],
  ["in an error within an error", frame({ error: { error: { message: "CUDA out of memory" } } })],
  ["beside an error that says nothing", frame({ error: true, message: "CUDA out of memory" })],
  ["Anthropic's", frame({ type: "error", error: { type: "overloaded_error", message: "CUDA out of memory" } })],
  ["FastAPI's", frame({ detail: "CUDA out of memory" })],
  ["FastAPI's list", frame({ detail: [{ loc: ["body"], msg: "CUDA out of memory", type: "value_error" }] })],
  ["a list of errors", frame({ errors: [{ message: "CUDA out of memory" }] })],
  ["a gateway's message", frame({ message: "CUDA out of memory" })],
  ["a status", frame({ status: "failed", error_message: "CUDA out of memory" })],
  ["no success", frame({ success: false, msg: "CUDA out of memory" })],
  ["MiniMax's", frame({ base_resp: { status_code: 1000, status_msg: "CUDA out of memory" } })],
  [
    "MiniMax's beside choices of nothing",
    frame({ choices: null, base_resp: { status_code: 1000, status_msg: "CUDA out of memory" } }),
  ],
  ["JSON in words", frame({ error: { message: 'upstream: {"error":{"message":"CUDA out of memory"}}' } })],
])("1: a failure passes for no answer: %s", (_, chunk) => {
  for (const before of ["", d({ content: "Half" })]) {
    const { thrown, events } = read([before, chunk, DONE]);
    expect(thrown).toMatchObject({
      code: "model-failed",
      message: expect.stringMatching(/CUDA out of memory|upstream/u),
    });
    expect(events.some(({ type }) => type === "finish")).toBe(false);
    expect(said(events)).toBe(before === "" ? "" : "Half");
  }
});

test.each<[string, string]>([
  ["the event", 'event: error\ndata: {"detail":"Upstream overloaded"}\n\n'],
  ["the event, in words", "event: error\ndata: Upstream overloaded\n\n"],
  ["the event, over lines", 'event: error\ndata: {\ndata: "message": "Upstream overloaded"\ndata: }\n\n'],
  ["llama.cpp's field", 'error: {"code":500,"message":"Upstream overloaded","type":"server_error"}\n\n'],
  [
    "in the choice",
    frame({
      choices: [
        { index: 0, delta: { content: "" }, error: { message: "Upstream overloaded" }, finish_reason: "error" },
      ],
    }),
  ],
  ["in the delta", frame({ choices: [{ delta: { error: { message: "Upstream overloaded" } } }] })],
])("2: an error is told wherever it stands: %s", (_, chunk) => {
  const { thrown, events } = read([d({ content: "Half" }), chunk, DONE]);
  expect([said(events), thrown]).toMatchObject(["Half", { message: expect.stringContaining("Upstream overloaded") }]);
});

test.each([
  "error",
  "insufficient_system_resource",
  "network_error",
  "abort",
  "aborted",
  "cancelled",
  "timeout",
  "ERROR",
  "overloaded",
  "MALFORMED_FUNCTION_CALL",
  "UNEXPECTED_TOOL_CALL",
  "server_error",
  "incomplete",
  "failed",
  "interrupted",
  "model_error",
  "connection_error",
  "oom",
  "shutdown",
  "killed",
  "engine_dead",
  "modelUnloaded",
  "expired",
  "deadline",
  "repetition_truncation",
])('2: the reason "%s" means that the answer is not finished', (reason) => {
  const { thrown, events } = read([d({ content: "Half" }), fin(reason), DONE]);
  expect([said(events), thrown]).toMatchObject([
    "Half",
    { code: "model-failed", message: expect.stringContaining(reason) },
  ]);
});

test.each<[string, string]>([
  ["an object", '{"error":{"message":"Model is gone","code":500}}'],
  ["an object over lines", '{\n  "error": {\n    "message": "Model is gone"\n  }\n}\n'],
  ["a list", '[{"error":{"code":500,"message":"Model is gone","status":"INTERNAL"}}]'],
  ["with a byte order mark", '\uFEFF{"error":"Model is gone"}'],
  ["a detail", '{"detail":"Model is gone"}'],
])("3: a body that is an error says its words: %s", (_, body) => {
  expect(read([body]).thrown).toMatchObject({
    code: "model-failed",
    message: "The model provider reported an error: Model is gone",
  });
});

test.each([
  [400, "model-refused", "The model provider refused the request (400): Bad"],
  ["context_length_exceeded", "model-refused", "The model provider refused the request (400): Bad"],
  [401, "model-failed", "The model provider refused the API key (401)"],
  [402, "model-failed", "The account at the model provider has no credit left (402): Bad"],
  ["insufficient_quota", "model-failed", "The account at the model provider has no credit left (402): Bad"],
  [429, "model-failed", "The model provider's rate limit is reached (429): Bad"],
  ["429", "model-failed", "The model provider's rate limit is reached (429): Bad"],
  [503, "model-failed", "The model provider reported an error: Bad"],
])("3: an error with the code %j is the one that it would be as a status", (errorCode, code, message) => {
  expect(read([frame({ error: { message: "Bad", code: errorCode } })]).thrown).toMatchObject({ code, message });
});

test("4: content may be a list of parts, with thoughts among them", () => {
  const thinking = { type: "thinking", thinking: [{ type: "text", text: "1." }] };
  const { events } = read([d({ content: [thinking, { type: "text", text: "3" }] }), d({ content: "91" }), fin("stop")]);
  expect([said(events), thought(events)]).toEqual(["391", "1."]);
});

test.each<[string, unknown, string, string]>([
  [
    "texts",
    [
      { type: "text", text: "3" },
      { type: "text", text: "91" },
    ],
    "391",
    "",
  ],
  ["a part alone", { type: "text", text: "391" }, "391", ""],
  ["words in a list", ["3", "91"], "391", ""],
  ["output texts", [{ type: "output_text", text: "391" }], "391", ""],
  ["a text in an object", [{ type: "text", text: { value: "391", annotations: [] } }], "391", ""],
  [
    "thoughts as a text",
    [
      { type: "thinking", thinking: "1." },
      { type: "text", text: "391" },
    ],
    "391",
    "1.",
  ],
  [
    "reasoning",
    [
      { type: "reasoning", text: "1." },
      { type: "text", text: "391" },
    ],
    "391",
    "1.",
  ],
  [
    "a summary",
    [
      { type: "reasoning", summary: [{ type: "summary_text", text: "1." }] },
      { type: "text", text: "391" },
    ],
    "391",
    "1.",
  ],
  [
    "references and images",
    [
      { type: "text", text: "391" },
      { type: "reference", reference_ids: [1] },
      { type: "image_url", image_url: { url: "x" } },
    ],
    "391",
    "",
  ],
  ["a refusal", [{ type: "refusal", refusal: "391" }], "391", ""],
  [
    "thoughts under content",
    [
      { type: "thinking", content: "1." },
      { type: "text", text: "391" },
    ],
    "391",
    "1.",
  ],
  [
    "thoughts behind an empty summary",
    [
      { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "1." }] },
      { type: "text", text: "391" },
    ],
    "391",
    "1.",
  ],
  ["odd ones", [null, 7, {}, { type: "text" }, { type: "text", text: "391" }], "391", ""],
])("4: content in %s", (_, content, text, thoughts) => {
  for (const chunk of [
    d({ content }, "stop"),
    JSON.stringify({ choices: [{ message: { content }, finish_reason: "stop" }] }),
  ]) {
    const { events } = read([chunk]);
    expect([said(events), thought(events)]).toEqual([text, thoughts]);
  }
});

test.each<[string, object]>([
  ["reasoning_content", { reasoning_content: "Deep" }],
  ["reasoning behind an empty one", { reasoning_content: "", reasoning: "Deep" }],
  ["reasoning behind null", { reasoning_content: null, reasoning: "Deep" }],
  ["reasoning_content before another", { reasoning_content: "Deep", reasoning: "" }],
  ["both the same", { reasoning_content: "Deep", reasoning: "Deep" }],
  ["thinking", { thinking: "Deep" }],
  ["an object", { reasoning: { content: "Deep" } }],
  ["details", { reasoning_details: [{ type: "reasoning.text", text: "Deep" }] }],
  [
    "reasoning beside its details",
    { reasoning: "Deep", reasoning_details: [{ type: "reasoning.text", text: "Deep" }] },
  ],
  [
    "summaries",
    {
      reasoning_details: [
        { type: "reasoning.summary", summary: "Deep" },
        { type: "reasoning.encrypted", data: "xx" },
      ],
    },
  ],
  ["blocks", { thinking_blocks: [{ type: "thinking", thinking: "Deep", signature: "s" }] }],
  ["Gemini's mark", { content: "Deep", extra_content: { google: { thought: true } } }],
])("5: thoughts in %s", (_, delta) => {
  const { events } = read([d(delta), d({ content: "391" }), fin("stop")]);
  expect([thought(events), said(events)]).toEqual(["Deep", "391"]);
});

test.each<[string, string[]]>([
  ["in a delta", [d({ content: null, refusal: "I cannot" }), d({ refusal: " do it" }), fin("stop")]],
  [
    "in a message",
    [JSON.stringify({ choices: [{ message: { content: null, refusal: "I cannot do it" }, finish_reason: "stop" }] })],
  ],
])("6: a refusal is text, and ends in content-filter: %s", (_, stream) => {
  const { events } = read(stream);
  expect([said(events), events.at(-1)]).toMatchObject(["I cannot do it", { reason: "content-filter" }]);
});

test("6: no refusal is none", () => {
  const { events } = read([d({ content: "391", refusal: null }), d({ refusal: "" }, "stop")]);
  expect([said(events), events.at(-1)]).toMatchObject(["391", { reason: "stop" }]);
});

const TAGGED: [string, string, string][] = [
  ["<think>Hm</think>391", "Hm", "391"],
  ["\n<think>\nHm\n</think>\n\n391", "\nHm\n", "391"],
  ["<think>a < b </thin </think>391 <b>", "a < b </thin ", "391 <b>"],
  ["<thinking>Hm</thinking>391", "Hm", "391"],
  ["<thought>Hm</thought>391", "Hm", "391"],
  ["<reasoning>Hm</reasoning>391", "Hm", "391"],
  ["[THINK]Hm[/THINK]391", "Hm", "391"],
  ["◁think▷Hm◁/think▷391", "Hm", "391"],
  ["<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>391", "Hm", "391"],
  ["<think></think>\n\n391", "", "391"],
  ["<thinking>Hm</think>391", "Hm", "391"],
  [
    "<|start|>assistant<|channel|>analysis<|message|>Hm<|end|>\n<|start|>assistant<|channel|>final<|message|>391<|return|>",
    "Hm",
    "391",
  ],
  ["<|channel|>analysis<|message|>Hm<|end|><|channel|>final<|message|>391", "Hm", "391"],
  ["<|START_THINKING|>Hm<|END_THINKING|><|START_RESPONSE|>391<|END_RESPONSE|>", "Hm", "391"],
  ["<|begin_of_thought|>Hm<|end_of_thought|>\n<|begin_of_solution|>391<|end_of_solution|>", "Hm", "391"],
  ["<longcat_think>Hm</longcat_think>391", "Hm", "391"],
  ["<|inner_prefix|>Hm<|inner_suffix|>391", "Hm", "391"],
  ["<think>Hm</think><answer>391</answer>", "Hm", "391"],
  ["<answer>391</answer>", "", "<answer>391</answer>"],
  ["<think>a</think>\n<think>b</think>391", "ab", "391"],
  ["</think>\n391", "", "391"],
  ["Hm</think>391", "Hm", "391"],
  ["Hm.\n</THINK>\n\n391 </think>", "Hm.\n", "391 </think>"],
  ["So: a < b, a </b, </thin\n</think>\n<answer>391</answer>", "So: a < b, a </b, </thin\n", "391"],
  ["Hm</think>  ", "", "Hm</think>  "],
  ["The tag `</think>` ends thoughts.", "", "The tag `</think>` ends thoughts."],
  ["Write <think>Hm</think> then", "", "Write <think>Hm</think> then"],
  ["<think>Hm", "Hm", ""],
  ["<think>Hm</thi", "Hm</thi", ""],
  ["391 <think>is a tag</think>", "", "391 <think>is a tag</think>"],
  ["<thin>391", "", "<thin>391"],
  ["<table>", "", "<table>"],
  ["  391", "", "  391"],
  ["<", "", "<"],
  [" ", "", " "],
];

test.each(TAGGED)("7: %j holds the thoughts %j and the text %j, wherever it is cut", (content, thoughts, text) => {
  const pieces = [
    [content],
    [...content],
    ...Array.from({ length: content.length }, (_, n) => [content.slice(0, n), content.slice(n)]),
  ];
  for (const cut of pieces) {
    const { events } = read([...cut.map((piece) => d({ content: piece })), fin("stop"), DONE]);
    expect([thought(events), said(events)]).toEqual([thoughts, text]);
  }
});

test("7: thoughts that nothing opens are parted in a whole message too; a tag that is spoken of is text", () => {
  const { events } = read([
    JSON.stringify({ choices: [{ message: { content: "Hm\n</think>\n\n391" }, finish_reason: "stop" }] }),
  ]);
  expect([thought(events), said(events)]).toEqual(["Hm\n", "391"]);
  const spoken = 'The tag "</think>" ends thoughts.';
  expect(said(read([d({ content: spoken }, "stop")]).events)).toBe(spoken);
});

test("16: thoughts in pieces without a number go back as one, with their signature, and Gemini's mark does not", () => {
  const blocks = [
    { thinking: "De", signature: null },
    { thinking: "ep", signature: null },
    { thinking: "", signature: "SIG" },
    { thinking: "More", signature: null },
  ];
  const marked = { content: "<thought>Deep", extra_content: { google: { thought: true } } };
  const signed = { extra_content: { google: { thought_signature: "S" } } };
  const stream = [
    ...blocks.map((one) => d({ thinking_blocks: [one] })),
    d(marked),
    d({ content: "</thought>391" }),
    d(signed),
    fin("stop"),
  ];
  const { events } = read(stream, "x gemini");
  expect(events.find(({ type }) => type === "provider-data")).toMatchObject({
    fields: {
      thinking_blocks: [
        { thinking: "Deep", signature: "SIG" },
        { thinking: "More", signature: null },
      ],
      extra_content: { google: { thought_signature: "S" } },
    },
  });
  expect(JSON.stringify(events)).not.toContain('"thought":true');
  expect([thought(events), said(events)]).toEqual(["DeepMoreDeep", "391"]);
});

test.each([
  ["MAX_TOKENS", "length"],
  ["truncated", "length"],
  ["limit", "length"],
  ["context_overflow", "length"],
  ["context_full", "length"],
  ["max_context", "length"],
  ["maxPredictedTokensReached", "length"],
  ["out_of_tokens", "length"],
  ["rejected", "content-filter"],
  ["malicious", "content-filter"],
  ["userStopped", "stop"],
  ["model_length", "length"],
  ["max_length", "length"],
  ["model_context_window_exceeded", "length"],
  ["SAFETY", "content-filter"],
  ["RECITATION", "content-filter"],
  ["PROHIBITED_CONTENT", "content-filter"],
  ["sensitive", "content-filter"],
  ["guardrail_intervened", "content-filter"],
  ["refusal", "content-filter"],
  ["BLOCKLIST", "content-filter"],
  ["content_filtered", "content-filter"],
  ["STOP", "stop"],
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["COMPLETE", "stop"],
  ["eos_token", "stop"],
  ["tool_use", "tool-calls"],
])("8: the reason %s counts as %s, and nothing is told of it", (given, reason) => {
  const { events } = read([d({ content: "391" }), fin(given)]);
  expect(events.slice(1)).toMatchObject([{ type: "finish", reason }]);
});

test("8: a reason that nobody knows is told, and counts as the model's own end", () => {
  const { events } = read([d({ content: "391" }), fin("vibes")]);
  expect(events.slice(1)).toMatchObject([
    { type: "notice", text: expect.stringContaining('"vibes"') },
    { reason: "stop" },
  ]);
});

test("9: usage behind the reason is the end, and so is nothing more", () => {
  const reader = chatChunkReader();
  reader.read(d({ content: "391" }));
  expect([reader.isEnding(), reader.isDone()]).toEqual([false, false]);
  reader.read(fin("stop"));
  expect([reader.isEnding(), reader.isDone()]).toEqual([true, false]);
  reader.read(frame({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }));
  expect(reader.isDone()).toBe(true);
  expect(reader.end()).toMatchObject([{ reason: "stop", usage: { inputTokens: 3, outputTokens: 2 } }]);
});

test.each<[string, string[]]>([
  ["nothing", []],
  ["the mark alone", [DONE]],
  ["a role and the mark", [d({ role: "assistant", content: "" }), DONE]],
  ["thoughts and the mark", [d({ reasoning: "Hm" }), DONE]],
  ["usage and the mark", [frame({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 0 } }), DONE]],
  ["comments", [": ping\n\n", ": ping\n\n"]],
  ["a whole message of nothing", [JSON.stringify({ choices: [{ message: { role: "assistant", content: null } }] })]],
])("9: an answer of no text, no call and no reason is no success: %s", (_, stream) => {
  expect(read(stream).thrown).toMatchObject({ code: "model-failed" });
});

test.each<[string, unknown, [number | null, number | null]]>([
  ["fractions", { prompt_tokens: 12.4, completion_tokens: 3.5 }, [12, 4]],
  ["negative ones", { prompt_tokens: -1, completion_tokens: -7 }, [null, null]],
  ["absurd ones", { prompt_tokens: 1e30, completion_tokens: 9e15 }, [null, null]],
  ["zeros for what was said", { prompt_tokens: 0, completion_tokens: 0 }, [null, null]],
  ["texts", { prompt_tokens: "many", completion_tokens: {} }, [null, null]],
  ["other names", { input_tokens: 12, output_tokens: 3 }, [12, 3]],
])("10: usage in %s", (_, usage, [inputTokens, outputTokens]) => {
  const { events } = read([d({ content: "391" }), fin("stop"), frame({ choices: [], usage })]);
  expect(events.at(-1)).toMatchObject({ usage: { inputTokens, outputTokens } });
});

test.each<[string, object]>([
  ["beside the choices", { usage: { prompt_tokens: 12, completion_tokens: 3 } }],
  ["Groq's", { x_groq: { usage: { prompt_tokens: 12, completion_tokens: 3 } } }],
  ["Gemini's", { usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 3 } }],
  ["Ollama's", { prompt_eval_count: 12, eval_count: 3 }],
  ["llama.cpp's", { timings: { prompt_n: 12, predicted_n: 3 } }],
])("10: usage is found where it stands: %s", (_, beside) => {
  const { events } = read([frame({ choices: [{ delta: { content: "391" }, finish_reason: "stop" }], ...beside })]);
  expect(events.at(-1)).toMatchObject({ usage: { inputTokens: 12, outputTokens: 3 } });
});

test("10: usage in the choice is Moonshot's", () => {
  const usage = { prompt_tokens: 12, completion_tokens: 3 };
  const { events } = read([frame({ choices: [{ delta: { content: "391" }, finish_reason: "stop", usage }] })]);
  expect(events.at(-1)).toMatchObject({ usage: { inputTokens: 12, outputTokens: 3 } });
});

const THREE: [string, string, string][] = [
  ["a", "f", '{"n":1}'],
  ["b", "f", '{"n":2}'],
  ["c", "g", "{}"],
];

test.each<[string, (call: [string, string, string], n: number) => object]>([
  ["all of number 0, without ids", ([, name, input]) => ({ index: 0, function: { name, arguments: input } })],
  [
    "all of number 0, with empty ids",
    ([, name, input]) => ({ index: 0, id: "", type: "function", function: { name, arguments: input } }),
  ],
  ["all of number 0, with ids", ([id, name, input]) => ({ index: 0, id, function: { name, arguments: input } })],
  ["without number and id", ([, name, input]) => ({ function: { name, arguments: input } })],
  ["numbered in texts", ([id, name, input], n) => ({ index: String(n), id, function: { name, arguments: input } })],
  ["arguments as objects", ([, name, input]) => ({ index: 0, function: { name, arguments: JSON.parse(input) } })],
  ["without the function around", ([id, name, input]) => ({ id, name, arguments: input })],
  ["numbered, all of one id", ([, name, input], n) => ({ index: n, id: "call", function: { name, arguments: input } })],
])("11: three whole calls are three: %s", (_, wire) => {
  const wired = THREE.map(wire);
  for (const stream of [wired.map(call), [d({ tool_calls: wired })]]) {
    const { events } = read([...stream, fin("tool_calls")]);
    expect(calls(events).map(([, ...rest]) => rest)).toEqual(THREE.map(([, ...rest]) => rest));
  }
  const whole = JSON.stringify({
    choices: [{ message: { content: null, tool_calls: wired }, finish_reason: "tool_calls" }],
  });
  expect(calls(read([whole]).events)).toHaveLength(3);
});

test("11: calls without arguments are told apart by their names", () => {
  const wired = ["f", "g"].map((name) => ({ index: 0, function: { name, arguments: "" } }));
  expect(calls(read([...wired.map(call), fin("tool_calls")]).events).map(([, name]) => name)).toEqual(["f", "g"]);
});

test("11: a call that is told whole once more is one", () => {
  const piece = { index: 0, id: "a", function: { name: "f", arguments: '{"n":1}' } };
  expect(calls(read([call(piece), call(piece), fin("tool_calls")]).events)).toEqual([["a", "f", '{"n":1}']]);
});

test.each<[string, object[], [string, string, string]]>([
  [
    "id, then name, then arguments",
    [
      { index: 0, id: "a" },
      { index: 0, function: { name: "f" } },
      { index: 0, function: { arguments: "{}" } },
    ],
    ["a", "f", "{}"],
  ],
  [
    "arguments before the name",
    [
      { index: 0, id: "a", function: { arguments: '{"n"' } },
      { index: 0, function: { name: "f", arguments: ":1}" } },
    ],
    ["a", "f", '{"n":1}'],
  ],
  [
    "a name of null first",
    [
      { index: 0, id: "a", function: { name: null, arguments: "" } },
      { index: 0, function: { name: "f", arguments: "{}" } },
    ],
    ["a", "f", "{}"],
  ],
  ["without numbers", [{ id: "a" }, { function: { name: "f" } }, { function: { arguments: "{}" } }], ["a", "f", "{}"]],
  [
    "the name in pieces",
    [
      { index: 0, id: "a", function: { name: "get_" } },
      { index: 0, function: { name: "time" } },
      { index: 0, function: { arguments: "{}" } },
    ],
    ["a", "get_time", "{}"],
  ],
  [
    "the name again with each piece",
    [
      { index: 0, function: { name: "f", arguments: '{"n"' } },
      { index: 0, function: { name: "f", arguments: ":1}" } },
    ],
    ["", "f", '{"n":1}'],
  ],
])("12: %s", (_, pieces, [id, name, input]) => {
  const { events } = read([...pieces.map(call), fin("tool_calls")]);
  const [found] = calls(events);
  expect(found?.slice(1)).toEqual([name, input]);
  if (id !== "") expect(found?.[0]).toBe(id);
  const deltas = events.flatMap((event) => (event.type === "tool-input-delta" ? [event] : []));
  expect(deltas.every((delta) => delta.name !== "")).toBe(true);
  expect(deltas.map(({ text }) => text).join("")).toBe(input);
});

test("12: the older function_call, in pieces and whole", () => {
  const pieces = [{ name: "f", arguments: "" }, { arguments: '{"n":' }, { arguments: "1}" }].map((one) =>
    d({ function_call: one }),
  );
  expect(calls(read([...pieces, fin("function_call")]).events)).toMatchObject([[expect.any(String), "f", '{"n":1}']]);
  const whole = JSON.stringify({
    choices: [{ message: { function_call: { name: "f", arguments: "{}" } }, finish_reason: "function_call" }],
  });
  expect(calls(read([whole]).events)).toMatchObject([[expect.any(String), "f", "{}"]]);
});

test("12: a call that never gets a name is an error", () => {
  expect(read([call({ index: 0, id: "a", function: { arguments: "{}" } }), fin("tool_calls")]).thrown).toMatchObject({
    message: expect.stringContaining("without a name"),
  });
});

test("13: numbers in arguments are as they were written, as text and as a value", () => {
  const input = '{"id":2512292042121000001,"n":[1.5,-9007199254740993]}';
  const asText = frame({
    choices: [{ delta: { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: input } }] } }],
  });
  const asValue = `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":${input}}}]}}]}\n\n`;
  for (const stream of [asText, asValue])
    expect(calls(read([stream, fin("tool_calls")]).events)).toEqual([["a", "f", input]]);
});

test("15: what a provider wants back with a call and a message is handed on, with who made it", () => {
  const extra_content = { google: { thought_signature: "c2ln" } };
  const details = [
    { type: "reasoning.text", text: "De", index: 0 },
    { type: "reasoning.text", text: "ep", signature: "sig", index: 0 },
    { type: "reasoning.encrypted", data: "xx", index: 1 },
  ];
  const stream = [
    ...details.map((one) => d({ reasoning: one.text, reasoning_details: [one] })),
    call({ index: 0, id: "a", function: { name: "f", arguments: "{}" }, extra_content }),
    fin("tool_calls"),
  ];
  const { events } = read(stream, "http://models.test/v1 gemini");
  expect(events.slice(-3)).toEqual([
    { type: "tool-call", callId: "a", name: "f", input: "{}", kept: { extra_content } },
    {
      type: "provider-data",
      from: "http://models.test/v1 gemini",
      reasoning: "reasoning",
      fields: { reasoning_details: [{ type: "reasoning.text", text: "Deep", signature: "sig", index: 0 }, details[2]] },
    },
    expect.objectContaining({ type: "finish" }),
  ]);
});

test("24: a stream in any line ends, cut anywhere, is read the same", () => {
  const plain = `\uFEFFevent: message\n: hello\n\n${d({ content: "39" })}${d({ content: "1" })}${fin("stop")}${DONE}`;
  for (const ends of ["\n", "\r\n", "\r"]) {
    const stream = plain.replaceAll("\n", ends);
    for (let at = 0; at <= stream.length; at++) {
      expect(said(read([stream.slice(0, at), stream.slice(at)]).events)).toBe("391");
    }
  }
});

test.each<[string, string]>([
  [
    "without blank lines",
    `${d({ content: "39" })}${d({ content: "1" })}${fin("stop")}${DONE}`.replaceAll("\n\n", "\n"),
  ],
  [
    "data over several lines",
    `data: {"choices":[{"delta":\ndata: {"content":"391"},"finish_reason":"stop"}]}\n\n${DONE}`,
  ],
  [
    "JSON line by line",
    [{ content: "39" }, { content: "1" }]
      .map((delta) => JSON.stringify({ choices: [{ delta }] }))
      .join("\n")
      .concat("\n[DONE]\n"),
  ],
  [
    "no space behind the colon",
    `data:{"choices":[{"delta":{"content":"391"},"finish_reason":"stop"}]}\n\ndata:[DONE]\n\n`,
  ],
  [
    "one JSON completion",
    JSON.stringify({
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "391" }, finish_reason: "stop" }],
    }),
  ],
  ["a JSON completion over lines", JSON.stringify({ choices: [{ message: { content: "391" } }] }, null, 2)],
  [
    "a JSON completion as an event",
    `${frame({ choices: [{ message: { content: "391" }, finish_reason: "stop" }] })}${DONE}`,
  ],
  [
    "pieces and a whole message behind them",
    `${d({ content: "39" })}${d({ content: "1" })}${frame({ choices: [{ message: { content: "391" }, finish_reason: "stop" }] })}`,
  ],
  [
    "each chunk with all that was said",
    `${frame({ choices: [{ delta: { content: "39" }, message: { content: "39" } }] })}${frame({ choices: [{ delta: { content: "1" }, message: { content: "391" }, finish_reason: "stop" }] })}`,
  ],
  ["a completion of the older kind", frame({ choices: [{ text: "391", finish_reason: "stop" }] })],
  [
    "two choices",
    `${frame({
      choices: [
        { index: 0, delta: { content: "391" } },
        { index: 1, delta: { content: "no" } },
      ],
    })}${fin("stop")}`,
  ],
  ["pings as data", `data: {"type":"ping"}\n\n${d({ content: "391" }, "stop")}`],
  [
    "Azure's first chunk",
    `${frame({ choices: [], prompt_filter_results: [{}], object: "", id: "" })}${d({ content: "391" }, "stop")}`,
  ],
])("an answer may come as %s", (_, stream) => {
  for (const pieces of [[stream], [...stream]]) {
    const { events, thrown } = read(pieces);
    expect([said(events), thrown]).toEqual(["391", null]);
    expect(events.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
  }
});

const said = (events: readonly ModelEvent[]) => wordsOf(events).said;
const thought = (events: readonly ModelEvent[]) => wordsOf(events).thought;
function wordsOf(events: readonly ModelEvent[]) {
  const words = { said: "", thought: "" };
  for (const event of events) {
    if (event.type === "text-delta") words.said += event.text;
    else if (event.type === "reasoning-delta") words.thought += event.text;
    else if (event.type === "text-end" && event.wasThoughts) {
      words.thought += words.said;
      words.said = "";
    }
  }
  return words;
}
const calls = (events: readonly ModelEvent[]) =>
  events.flatMap((event) => (event.type === "tool-call" ? [[event.callId, event.name, event.input] as const] : []));

function read(
  pieces: readonly string[],
  from?: string,
): { readonly events: readonly ModelEvent[]; readonly thrown: unknown } {
  const reader = chatChunkReader(from);
  const events = pieces.flatMap((piece) => reader.read(piece));
  try {
    return { events: [...events, ...reader.end()], thrown: null };
  } catch (thrown) {
    return { events, thrown };
  }
}
