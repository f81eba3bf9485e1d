import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ModelEvent, type ModelRequest, type ReadyMessage, unknownModel } from "../domain/model.ts";
import { DEMANDS, type Demand, openStrictModel, type Seen, type StrictModel, saying } from "../testing/strict-model.ts";
import { ADAPTATIONS } from "./adaptations.ts";
import { adapting } from "./adapting.ts";
import { callChatCompletions } from "./chat-completions.ts";
import { type Lessons, lessons } from "./lessons.ts";
import { refusedRequest } from "./provider-error.ts";

let server: StrictModel;
beforeAll(async () => {
  server = await openStrictModel();
});
afterAll(() => server.close());

const user = (text: string): ReadyMessage => ({ role: "user", parts: [{ type: "text", text }] });
const assistant = (text: string): ReadyMessage => ({ role: "assistant", text, calls: [] });
const system = (text: string): ReadyMessage => ({ role: "system", text });
const CALL_ID = "0192c0de-0000-7000-8000-000000000001";
const called: readonly ReadyMessage[] = [
  { role: "assistant", text: "", calls: [{ callId: CALL_ID, name: "clock", input: {} }] },
  { role: "tool", callId: CALL_ID, name: "clock", output: { time: "noon" }, isError: false },
];
const clock = { name: "clock", description: null, parameters: { type: "object" }, isOptional: true };

const REQUEST: ModelRequest = {
  model: "m",
  purpose: "turn",
  messages: [user("Hi")],
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal: new AbortController().signal,
};

test.each<[string, Demand, Partial<ModelRequest>, (body: Seen) => void]>([
  [
    "21",
    DEMANDS.noTools,
    { tools: [clock], messages: [user("Hi"), ...called] },
    (body) => {
      expect(body.tools).toBeUndefined();
      expect(body.messages.map(({ role, content }: Seen) => [role, content])).toEqual([
        ["user", "Hi"],
        ["assistant", "I call clock with {}."],
        ["user", 'Result of clock: {"time":"noon"}'],
      ]);
    },
  ],
  ["22", DEMANDS.noStreamOptions, {}, (body) => expect(body.stream_options).toBeUndefined()],
  [
    "22",
    DEMANDS.plainTemperature,
    { settings: { temperature: 0 } },
    (body) => expect(body.temperature).toBeUndefined(),
  ],
  [
    "22",
    DEMANDS.completionTokens,
    { settings: { maxTokens: 7 } },
    (body) => expect([body.max_tokens, body.max_completion_tokens]).toEqual([undefined, 7]),
  ],
  [
    "23",
    DEMANDS.textContent,
    {
      messages: [
        {
          role: "user",
          parts: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      ],
    },
    (body) => expect(body.messages[0].content).toBe("a\nb"),
  ],
  [
    "19",
    DEMANDS.oneSystem,
    { messages: [system("a"), system("b"), user("Hi"), system("c"), user("Go")] },
    (body) =>
      expect(body.messages.map(({ role, content }: Seen) => [role, content])).toEqual([
        ["system", "a\n\nb"],
        ["user", "Hi"],
        ["user", "Note of the system: c"],
        ["user", "Go"],
      ]),
  ],
  [
    "18",
    DEMANDS.alternating,
    { messages: [system("s"), user("a"), user("b"), assistant("c"), assistant("d"), user("e")] },
    (body) =>
      expect(body.messages.map(({ role, content }: Seen) => [role, content])).toEqual([
        ["system", "s"],
        ["user", "a\n\nb"],
        ["assistant", "c\n\nd"],
        ["user", "e"],
      ]),
  ],
  [
    "14",
    DEMANDS.shortIds,
    { messages: [user("Hi"), ...called, user("Go")] },
    (body) => {
      const [, { tool_calls }, { tool_call_id }] = body.messages;
      expect(tool_calls[0].id).toMatch(/^[a-zA-Z0-9]{9}$/u);
      expect(tool_call_id).toBe(tool_calls[0].id);
    },
  ],
  [
    "names",
    DEMANDS.noNames,
    { messages: [{ role: "user", name: "Bo", parts: [{ type: "text", text: "a" }] }] },
    (body) => expect(body.messages[0].name).toBeUndefined(),
  ],
  ["user", DEMANDS.noUser, { endUser: "u" }, (body) => expect(body.user).toBeUndefined()],
  [
    "system",
    DEMANDS.noSystem,
    { messages: [system("s"), user("a")] },
    (body) => expect(body.messages[0]).toEqual({ role: "user", content: "s" }),
  ],
  [
    "response_format",
    DEMANDS.noSchema,
    { settings: { responseFormat: { type: "json_schema", schema: { type: "object", required: ["sky"] } } } },
    (body) => {
      expect(body.response_format).toEqual({ type: "json_object" });
      expect(body.messages[0]).toEqual({
        role: "system",
        content: expect.stringContaining('JSON Schema: {"type":"object","required":["sky"]}'),
      });
    },
  ],
  [
    "response_format",
    DEMANDS.noFormat,
    { messages: [system("s"), user("Hi")], settings: { responseFormat: { type: "json_object" } } },
    (body) => {
      expect(body.response_format).toBeUndefined();
      expect(body.messages.map(({ content }: Seen) => content)).toEqual([
        "s\n\nAnswer with one JSON object and nothing else.",
        "Hi",
      ]);
    },
  ],
  [
    "response_format",
    DEMANDS.wordOfJson,
    { settings: { responseFormat: { type: "json_object" } } },
    (body) => expect(body.messages[0].content).toContain("JSON"),
  ],
  ["stream", DEMANDS.noStream, {}, (body) => expect([body.stream, body.stream_options]).toEqual([false, undefined])],
])(
  "%s: what is refused is sent another way in the same call, and at once in the next",
  async (_, demand, request, check) => {
    const model = `one ${Math.random()}`;
    const seen = server.model(model, [saying("Well.")], [demand]);
    const known = lessons();
    const first = await ask(model, request, known);
    expect([first.said, first.thrown]).toEqual(["Well.", null]);
    expect(seen).toHaveLength(2);
    check(seen[1]);
    expect(first.notices).toHaveLength(1);
    const second = await ask(model, request, known);
    expect([second.said, seen.length]).toEqual(["Well.", 3]);
    check(seen[2]);
    expect(second.notices).toEqual(first.notices);
  },
);

test("20: a prompt that has no room loses its oldest messages and is tried once more, and the room is remembered", async () => {
  const seen = server.model("small", [saying("Well.")], [DEMANDS.smallContext]);
  const known = lessons();
  const past = Array.from({ length: 20 }, (_, n) => [
    user(`Question ${n} ${"x".repeat(100)}`),
    assistant(`Answer ${n}`),
  ]).flat();
  const messages = [system("Be brief"), ...past, user("And now?")];
  const { said, notices } = await ask("small", { messages, mayCut: true }, known);
  expect([said, seen.length, known.informed(unknownModel("small")).contextWindow]).toEqual(["Well.", 2, 400]);
  const sent: Seen[] = seen[1].messages;
  expect([sent[0].content, sent[1].role, sent.at(-1).content]).toEqual(["Be brief", "user", "And now?"]);
  expect(notices).toEqual([expect.stringContaining("oldest")]);
});

test("20: a prompt that may not be cut is refused with the server's words", async () => {
  server.model("whole", [saying("Well.")], [DEMANDS.smallContext]);
  const messages = [user("x".repeat(4000)), assistant("a"), user("b")];
  expect((await ask("whole", { messages })).thrown).toMatchObject({
    code: "model-refused",
    message: expect.stringContaining("context size"),
  });
});

/** A server with room for so many tokens, which says in its own words what it refuses. */
const small =
  (room: number, words: (tokens: number) => string): Demand =>
  ({ messages }) => {
    const tokens = Math.ceil(JSON.stringify(messages).length / 4);
    return tokens <= room ? null : [400, { error: { message: words(tokens) } }];
  };

const talk = (count: number): readonly ReadyMessage[] => [
  ...Array.from({ length: count }, (_, n) => [
    user(`Question ${n} ${"x".repeat(400)}`),
    assistant(`Answer ${n}`),
  ]).flat(),
  user("And now?"),
];

test.each<[string, (tokens: number) => string]>([
  [
    "OpenAI",
    (used) => `This model's maximum context length is 1000 tokens. However, your messages resulted in ${used} tokens.`,
  ],
  [
    "vLLM",
    (used) =>
      `This model's maximum context length is 1000 tokens. However, you requested ${used + 100} tokens (${used} in the messages, 100 in the completion).`,
  ],
  [
    "OpenRouter",
    (used) =>
      `This endpoint's maximum context length is 1000 tokens. However, you requested about ${used} tokens (${used} of text input).`,
  ],
  ["xAI", (used) => `This model's maximum prompt length is 1000 but the request contains ${used} tokens.`],
  [
    "LM Studio",
    (used) =>
      `Trying to keep the first ${used} tokens when context the overflows. However, the model is loaded with context length of only 1000 tokens, which is not enough.`,
  ],
  ["older vLLM", (used) => `The decoder prompt (length ${used}) is longer than the maximum model length of 1000.`],
  ["SGLang", (used) => `The input (${used} tokens) is longer than the model's context length (1000 tokens).`],
  ["words that nobody knows", (used) => `The conversation of ${used} tokens exceeds what fits: 1000 tokens`],
])("20: a prompt far too big for %s has room after one refusal, and its window is remembered", async (_, words) => {
  for (const count of [30, 100]) {
    const model = `small ${Math.random()}`;
    const seen = server.model(model, [saying("Well.")], [small(1000, words)]);
    const known = lessons();
    const { said, thrown } = await ask(model, { messages: talk(count), mayCut: true }, known);
    expect([said, thrown, seen.length, known.of(model).window]).toEqual(["Well.", null, 2, 1000]);
  }
});

test.each([
  "the request exceeds the available context size, try increasing it",
  "Please reduce the length of the messages or completion.",
  "Your input exceeds the context window of this model.",
  "Input is too long for requested model.",
])("20: a refusal that names no number cuts to half until there is room, and that is remembered: %s", async (words) => {
  const model = `unnamed ${Math.random()}`;
  const seen = server.model(model, [saying("Well.")], [small(1000, () => words)]);
  const known = lessons();
  const request = { messages: talk(60), mayCut: true };
  expect((await ask(model, request, known)).said).toBe("Well.");
  const tries = seen.length;
  expect(tries).toBeGreaterThan(2);
  expect((await ask(model, request, known)).said).toBe("Well.");
  expect([seen.length, known.informed(unknownModel(model)).contextWindow]).toEqual([tries + 1, null]);
});

test.each([
  "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 52 instead.",
  "Invalid 'messages[4].tool_call_id': string too long. Expected a string with maximum length 40, but got a string with length 52 instead.",
  "messages: array too long. Expected at most 2048",
  "[1].content: string too long. Expected a string with maximum length 1048576",
  "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.",
  "context window of 12 exceeded",
  "Your request exceeded model token limit: 900000",
])("20: a number that is no window of the model is not remembered as one: %s", (words) => {
  const known = lessons();
  const request = { ...REQUEST, messages: talk(20), mayCut: true };
  adapting(request, "x m", known).refused(refusedRequest(400, {}, JSON.stringify({ error: { message: words } })));
  expect(known.informed(unknownModel("m")).contextWindow).toBeNull();
});

test("20: a prompt is cut for a server that tells its room as a failure, too", async () => {
  const words = "context length 1000 exceeded. Please shorten the prompt and try again";
  const demand: Demand = (body, request) =>
    small(1000, () => words)(body, request) === null ? null : [500, { error: { message: words } }];
  server.model("failing room", [saying("Well.")], [demand]);
  expect((await ask("failing room", { messages: talk(20), mayCut: true })).said).toBe("Well.");
});

test("20: an answer that is asked for too long costs no past", async () => {
  const words =
    "max_tokens=5000 cannot be greater than max_model_len=max_total_tokens=4096. Please request fewer output tokens.";
  const demand: Demand = ({ max_tokens }) => (max_tokens > 4096 ? [400, { error: { message: words } }] : null);
  const seen = server.model("long answer", [saying("Well.")], [demand]);
  const request = { messages: talk(5), settings: { maxTokens: 5000 }, mayCut: true };
  expect((await ask("long answer", request)).said).toBe("Well.");
  expect([seen.length, seen[1].messages.length]).toEqual([2, 11]);
});

test("21: tools that somebody asked for are not left out unasked", async () => {
  const seen = server.model("own tools", [saying("Well.")], [DEMANDS.noTools]);
  const { thrown } = await ask("own tools", { tools: [clock, { ...clock, name: "own", isOptional: false }] });
  expect(thrown).toMatchObject({ code: "model-refused", message: expect.stringContaining("does not support tools") });
  expect(seen).toHaveLength(1);
});

test("22: a value that is out of its range stays its caller's to mend", async () => {
  const range: Demand = ({ temperature }) =>
    temperature > 2
      ? [
          400,
          {
            error: {
              message: "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead.",
            },
          },
        ]
      : null;
  const seen = server.model("range", [saying("Well.")], [range]);
  expect((await ask("range", { settings: { temperature: 5 } })).thrown).toMatchObject({ code: "model-refused" });
  expect(seen).toHaveLength(1);
});

test("17: arguments that are no JSON object are sent as an empty one", async () => {
  const objects: Demand = ({ messages }) =>
    messages
      .flatMap(({ tool_calls = [] }: Seen) => tool_calls)
      .every((call: Seen) => typeof JSON.parse(call.function.arguments) === "object")
      ? null
      : [500, { error: { message: "arguments" } }];
  const seen = server.model("arguments", [saying("Well.")], [objects]);
  const calls = [{ callId: "a", name: "f", input: '{"city":"Os' }];
  const result: ReadyMessage = {
    role: "tool",
    callId: "a",
    name: "f",
    output: { error: "no JSON object" },
    isError: true,
  };
  expect(
    (await ask("arguments", { messages: [user("Hi"), { role: "assistant", text: "", calls }, result] })).said,
  ).toBe("Well.");
  expect(seen[0].messages[1].tool_calls[0].function.arguments).toBe("{}");
});

test("15: what a provider wants back goes to the family of models that made it, and to no other", async () => {
  const kept = { extra_content: { google: { thought_signature: "c2ln" } } };
  const said = (from: string): ReadyMessage => ({
    role: "assistant",
    text: "",
    calls: [{ callId: "a", name: "f", input: {} }],
    provider: {
      from,
      reasoning: "reasoning_content",
      thoughts: "Hm",
      fields: { reasoning_details: [{ data: "x" }] },
      calls: { a: kept },
    },
  });
  const seen = server.model("google/gemini-3-pro", [saying("Well.")]);
  const own = `${server.url} gemini`;
  for (const from of [own, "http://elsewhere.test/v1 gemini", `${server.url} claude`]) {
    await ask("google/gemini-3-pro", {
      messages: [user("Hi"), said(from), { role: "tool", callId: "a", name: "f", output: "x", isError: false }],
    });
  }
  const [first, ...others] = seen.map(({ messages }) => messages[1]);
  expect(first).toMatchObject({ reasoning_content: "Hm", reasoning_details: [{ data: "x" }], tool_calls: [kept] });
  for (const other of others) expect(Object.keys(other).sort()).toEqual(["content", "role", "tool_calls"]);
  for (const other of others) expect(Object.keys(other.tool_calls[0]).sort()).toEqual(["function", "id", "type"]);
});

test("16: a server that wants its thoughts back everywhere gets them, and a word where they are not known", async () => {
  const wants: Demand = ({ messages }) =>
    messages.every(({ role, reasoning_content }: Seen) => role !== "assistant" || reasoning_content)
      ? null
      : [
          400,
          {
            error: {
              message: "The `reasoning_content` in the thinking mode must be passed back to the API.",
              type: "invalid_request_error",
            },
          },
        ];
  const seen = server.model("deepseek-x", [saying("Well.")], [wants]);
  const own: ReadyMessage = {
    role: "assistant",
    text: "Yes",
    calls: [],
    provider: { from: `${server.url} deepseek`, reasoning: "reasoning_content", thoughts: "Hm" },
  };
  const { said } = await ask("deepseek-x", { messages: [user("a"), own, user("b"), assistant("No"), user("c")] });
  expect([said, seen[1].messages.map(({ reasoning_content }: Seen) => reasoning_content)]).toEqual([
    "Well.",
    [undefined, "Hm", undefined, "(not kept)", undefined],
  ]);
});

test("15: a call that another model made goes to Gemini with the signature that stands for none", async () => {
  const signed: Demand = ({ messages }) =>
    messages
      .flatMap(({ tool_calls = [] }: Seen) => tool_calls.slice(0, 1))
      .every((call: Seen) => call.extra_content?.google?.thought_signature)
      ? null
      : [
          400,
          [
            {
              error: {
                code: 400,
                message:
                  "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly",
                status: "INVALID_ARGUMENT",
              },
            },
          ],
        ];
  const seen = server.model("gemini-3", [saying("Well.")], [signed]);
  expect((await ask("gemini-3", { messages: [user("Hi"), ...called, user("Go")] })).said).toBe("Well.");
  expect(seen[1].messages[1].tool_calls[0].extra_content.google.thought_signature).toBe(
    "skip_thought_signature_validator",
  );
});

test("16: a server that takes no thoughts back gets none", async () => {
  const none: Demand = ({ messages }) =>
    messages.some((message: Seen) => "reasoning_content" in message)
      ? [
          422,
          {
            object: "error",
            message: {
              detail: [
                {
                  type: "extra_forbidden",
                  loc: ["body", "messages", 1, "assistant", "reasoning_content"],
                  msg: "Extra inputs are not permitted",
                  input: "Hm",
                },
              ],
            },
          },
        ]
      : null;
  const seen = server.model("mistral-x", [saying("Well.")], [none]);
  const own: ReadyMessage = {
    role: "assistant",
    text: "",
    calls: [{ callId: "a", name: "f", input: {} }],
    provider: { from: `${server.url} mistral`, reasoning: "reasoning_content", thoughts: "Hm" },
  };
  expect(
    (
      await ask("mistral-x", {
        messages: [user("a"), own, { role: "tool", callId: "a", name: "f", output: "x", isError: false }],
      })
    ).said,
  ).toBe("Well.");
  expect(seen).toHaveLength(2);
});

test("a refusal that is told within the stream is adapted too", async () => {
  let n = 0;
  const seen = server.model("late", [
    (body, response) => {
      n++;
      if (body.stream_options)
        return void response.end(
          `data: ${JSON.stringify({ error: { code: 400, message: "stream_options is not supported" } })}\n\n`,
        );
      response.end(saying("Well.").join(""));
    },
  ]);
  expect((await ask("late", {})).said).toBe("Well.");
  expect([n, seen.length]).toEqual([2, 2]);
});

test("what a server did not take is told in the log once", async () => {
  server.model("logged", [saying("Well.")], [DEMANDS.noStreamOptions]);
  const lines: object[] = [];
  const known = lessons();
  const log = { warn: (fields: object) => void lines.push(fields) };
  for (const _ of ["once", "twice"]) await ask("logged", {}, known, log);
  expect(lines).toEqual([{ model: "logged", adaptation: "without stream_options" }]);
});

test("calls at the same time all learn, each by its own refusal", async () => {
  server.model("many", [saying("Well.")], [DEMANDS.noStreamOptions, DEMANDS.plainTemperature]);
  const known = lessons();
  const all = await Promise.all(Array.from({ length: 8 }, () => ask("many", { settings: { temperature: 0 } }, known)));
  expect(all.map(({ said }) => said)).toEqual(all.map(() => "Well."));
});

test("what is remembered has a maximum, and an end", () => {
  let now = 0;
  const known = lessons(() => now);
  known.of("first").names.add("x");
  known.of("first").window = 7;
  expect([known.of("first").names.size, known.informed(unknownModel("first")).contextWindow]).toEqual([1, 7]);
  for (let n = 0; n < 300; n++) known.of(`m${n}`);
  expect(known.informed(unknownModel("first")).contextWindow).toBeNull();
  known.of("last").names.add("x");
  now = 13 * 60 * 60_000;
  expect(known.of("last").names.size).toBe(0);
});

test("an adaptation has a name of its own", () => {
  expect(new Set(ADAPTATIONS.map(({ name }) => name)).size).toBe(ADAPTATIONS.length);
});

const ALL = [
  DEMANDS.noStreamOptions,
  DEMANDS.plainTemperature,
  DEMANDS.completionTokens,
  DEMANDS.textContent,
  DEMANDS.oneSystem,
  DEMANDS.alternating,
  DEMANDS.shortIds,
  DEMANDS.noNames,
  DEMANDS.noUser,
  DEMANDS.noStop,
  DEMANDS.noSeed,
  DEMANDS.noPenalty,
  DEMANDS.noStream,
  DEMANDS.noTools,
  DEMANDS.noSystem,
];
const message = fc.oneof(
  fc.constantFrom(user("Hi"), assistant("Well"), system("Note")),
  fc.constant<ReadyMessage>({
    role: "user",
    name: "Bo",
    parts: [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ],
  }),
);

test("any demands at once are met, and the second call needs no refusal", async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(ALL),
      fc.array(message, { maxLength: 8 }),
      fc.record(
        {
          temperature: fc.constantFrom(0, 0.5),
          maxTokens: fc.constant(9),
          seed: fc.constant(3),
          stop: fc.constant(["X"]),
          presencePenalty: fc.constant(1),
        },
        { requiredKeys: [] },
      ),
      fc.boolean(),
      async (demands, past, settings, hasTools) => {
        const model = `any ${n++}`;
        const seen = server.model(model, [saying("Well.")], demands);
        const known = lessons();
        const request = {
          settings,
          endUser: "u",
          tools: hasTools ? [clock] : [],
          messages: [...past, user("Now"), ...(hasTools ? called : []), user("Last")],
        };
        const first = await ask(model, request, known);
        expect([first.said, first.thrown]).toEqual(["Well.", null]);
        const tries = seen.length;
        expect(tries).toBeLessThanOrEqual(demands.length + 3);
        await ask(model, request, known);
        expect(seen.length).toBe(tries + 1);
        // What was said is still there, in its order.
        const words = JSON.stringify(seen.at(-1).messages);
        expect(words.indexOf("Now")).toBeLessThan(words.indexOf("Last"));
      },
    ),
    { numRuns: 60 },
  );
}, 30_000);

async function ask(
  model: string,
  request: Partial<ModelRequest>,
  known: Lessons = lessons(),
  log?: { warn: (fields: object) => void },
) {
  const call = callChatCompletions({ baseUrl: server.url, lessons: known, log });
  const events: ModelEvent[] = [];
  let thrown: unknown = null;
  try {
    for await (const batch of call({ ...REQUEST, ...request, model })) events.push(...batch);
  } catch (failure) {
    thrown = failure;
  }
  return {
    thrown,
    said: events.map((event) => (event.type === "text-delta" ? event.text : "")).join(""),
    notices: events.flatMap((event) => (event.type === "notice" ? [event.text] : [])),
  };
}
