import { expect, test } from "vitest";
import type { ModelRequest, ReadyMessage } from "../domain/model.ts";
import { adapting } from "./adapting.ts";
import { lessons } from "./lessons.ts";
import { refusedRequest } from "./provider-error.ts";

// Refusals as servers are reported to word them, and what is learned from each; of a request in which all of it may be
// wrong.

const WILD: readonly (readonly [words: string | object, learned: string | null])[] = [
  ["registry.ollama.ai/library/deepseek-r1:8b does not support tools", "without tools"],
  ['"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "without tools"],
  ["tools param requires --jinja flag", "without tools"],
  [
    "No endpoints found that support tool use. To learn more about provider routing, visit: https://example.org",
    "without tools",
  ],
  ["Function calling is not enabled for models/gemma-3-27b-it", "without tools"],
  ["This model does not support function calling", "without tools"],
  ["tool use is not supported by this model", "without tools"],
  ["This model doesn't support tool use.", "without tools"],
  [
    { detail: [{ type: "extra_forbidden", loc: ["body", "tools"], msg: "Extra inputs are not permitted", input: [] }] },
    "without tools",
  ],
  ["Unrecognized request argument supplied: stream_options", "without stream_options"],
  ["Unknown parameter: 'stream_options'.", "without stream_options"],
  ["Validation error at #/stream_options: Extra inputs are not permitted", "without stream_options"],
  [
    {
      detail: [
        {
          type: "extra_forbidden",
          loc: ["body", "stream_options", "include_usage"],
          msg: "Extra inputs are not permitted",
          input: true,
        },
      ],
    },
    "without stream_options",
  ],
  [
    {
      error: {
        code: "Invalid input",
        message:
          '{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}',
        status: 422,
      },
    },
    "without stream_options",
  ],
  ["invalid temperature: only 1 is allowed for this model", "without temperature"],
  ["`temperature` may only be set to 1 when thinking is enabled.", "without temperature"],
  ["temperature is deprecated for this model", "without temperature"],
  ["Unsupported parameter: 'temperature' is not supported with this model.", "without temperature"],
  [
    "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
    "without temperature",
  ],
  [
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    "max_completion_tokens",
  ],
  [
    "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is 4096 tokens and your request has 12 input tokens (4096 > 4096 - 12).",
    "no limit of tokens",
  ],
  ["Model grok-4 does not support parameter presencePenalty.", "without presence_penalty"],
  ["Argument not supported on this model: stop", "without stop"],
  ["Extra parameters ['user'] are not allowed when extra-parameters is not set", "without user"],
  [
    "Failed to deserialize the JSON body into the target type: messages[0]: invalid type: sequence, expected a string at line 1 column 42",
    "text content",
  ],
  ["Invalid type for 'messages[0].content': expected a string, but got an array instead.", "text content"],
  ["json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string", "text content"],
  ['can only concatenate str (not "list") to str', "text content"],
  [
    {
      detail: [
        {
          type: "string_type",
          loc: ["body", "messages", 0, "content"],
          msg: "Input should be a valid string",
          input: [],
        },
      ],
    },
    "text content",
  ],
  ["System message must be at the beginning.", "one system message"],
  ["Unexpected role 'system' after role 'user'", "one system message"],
  [
    "Only user, assistant and tool roles are supported, with the exception of an initial optional system message!",
    "one system message",
  ],
  ["Multiple system messages are not supported", "one system message"],
  ["System role not supported", "no system message"],
  ["Developer instruction is not enabled for models/gemma-3-27b-it", "no system message"],
  ["role 'system' is not supported", "no system message"],
  ["Conversation roles must alternate user/assistant/user/assistant/...", "alternating roles"],
  [
    "After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.",
    "alternating roles",
  ],
  [
    "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
    "alternating roles",
  ],
  [
    'messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row',
    "alternating roles",
  ],
  ["Cannot have 2 or more assistant messages at the end of the list.", "alternating roles"],
  [
    "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
    "alternating roles",
  ],
  ["Please ensure that multiturn requests alternate between user and model.", "alternating roles"],
  [
    "This model does not support assistant message prefill. The conversation must end with a user message.",
    "alternating roles",
  ],
  ["Tool call id was call_abc but must be a-z, A-Z, 0-9, with a length of 9.", "short call ids"],
  ["Tool call IDs should be alphanumeric strings with length 9!", "short call ids"],
  [
    "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 52 instead.",
    "short call ids",
  ],
  ["messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'", "short call ids"],
  [
    "Invalid 'messages[1].name': string does not match pattern. Expected a string that matches the pattern '^[^\\s<|\\\\/>]+$'.",
    "without names",
  ],
  ["Missing `reasoning_content` field in the assistant message at message index 4.", "with thoughts"],
  ["The `reasoning_content` in the thinking mode must be passed back to the API.", "with thoughts"],
  ["thinking is enabled but reasoning_content is missing in assistant tool call message at index 2", "with thoughts"],
  ["messages[51]: assistant message with tool_calls must include reasoning_content.", "with thoughts"],
  [
    "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
    "without thoughts",
  ],
  [
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly",
    "signatures",
  ],
  [
    "messages.3: all messages must have non-empty content except for the optional final assistant message",
    "no empty content",
  ],
  ["Unsupported value: 'stream' does not support true with this model. Supported values are: false.", "no stream"],
  // Item 11: words of real servers that taught nothing, or the wrong thing.
  [
    "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    "one of temperature and top_p",
  ],
  ["'temperature' has to be 1 with thinking models", "without temperature"],
  ["Penalty is not enabled for models/gemini-2.5-pro", "without penalties"],
  ["Unknown parameter: 'tools'.", "without tools"],
  ["Unrecognized request argument supplied: tools", "without tools"],
  ["unknown field `tools`, expected one of `model`, `messages`", "without tools"],
  ["The model does not have tool-use capability", "without tools"],
  ["This model isn't compatible with tools", "without tools"],
  ["Only user and assistant roles are supported!", "calls in words"],
  ["unknown variant `tool`, expected one of `system`, `user`, `assistant`", "calls in words"],
  ["Conversation roles must be user or assistant", "calls in words"],
  [
    {
      detail: [
        {
          type: "literal_error",
          loc: ["body", "messages", 5, "role"],
          msg: "Input should be 'system', 'user' or 'assistant'",
        },
      ],
    },
    "calls in words",
  ],
  ["unknown variant `system`, expected `user` or `assistant`", "no system message"],
  ["'tool_call_id' is invalid: must match ^[a-zA-Z0-9_-]{1,64}$", "short call ids"],
  ["`tool_call_id` must be a 9-character string with a length of 9", "short call ids"],
  ["Invalid 'messages[4].tool_call_id': string too long. Expected a string with maximum length 40", "short call ids"],
  ["A conversation must start with a user message. Try again.", "alternating roles"],
  ["The conversation must end with a user message", "alternating roles"],
  ["messages[2]: missing field `content`", "text content"],
  [{ detail: [{ type: "missing", loc: ["body", "messages", 4, "content"], msg: "Field required" }] }, "text content"],
  ["'list' object has no attribute 'strip'", "text content"],
  ["Assistant message must have either content or tool_calls, but not none.", "no empty content"],
  ["Invalid assistant message: content or tool_calls must be set", "no empty content"],
  [
    "'messages.2' : for 'role:user' the following must be satisfied[('messages.2' : property 'name' is unsupported)]",
    "without names",
  ],
  ["property 'name' is unsupported for role user", "without names"],
  ["'stream_options' is not a valid parameter", "without stream_options"],
  ["Unrecognized request arguments supplied: stream_options, user", "without stream_options"],
  ["Unknown parameter: 'user'.", "without user"],
  ["stop: Extra inputs are not permitted", "without stop"],
  // What is nobody's to adapt.
  ["The user is not allowed to access this model", null],
  ["Model is not available for your user tier", null],
  ["The model has been deprecated and is no longer available. Please stop using it.", null],
  ["Requests which include `tool_use` or `tool_result` blocks must define tools", null],
  ["Bedrock doesn't support tool calling without `tools=` param specified. Pass `tools=` param", null],
  ["The model `gpt-9` does not exist or you do not have access to it.", null],
  ["temperature must be between 0 and 2", null],
  ["Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead.", null],
  ["max_tokens is too large: 100000. This model supports at most 16384 completion tokens", null],
  ["Invalid image: unable to download", null],
  ["Your request was flagged by our safety system", null],
  ["An unexpected error has occurred", null],
  ["Internal server error", null],
];

test.each(WILD)("%j teaches %j", (said, learned) => {
  const body = typeof said === "string" ? { error: { message: said, type: "invalid_request_error" } } : said;
  const known = lessons();
  const request = adapting(EVERYTHING, FROM, known);
  request.refused(refusedRequest(400, {}, JSON.stringify(body)));
  expect([...known.of("m").names]).toEqual(learned === null ? [] : [learned]);
});

const image: ReadyMessage = {
  role: "user",
  parts: [
    { type: "text", text: "What?" },
    { type: "image", url: "data:image/png;base64,AA" },
  ],
};
const forced = { toolChoice: { name: "clock" } } as const;
const asJson = { settings: { responseFormat: { type: "json_object" } } } as const;
const asSchema = { settings: { responseFormat: { type: "json_schema", schema: { type: "object" } } } } as const;

test.each<[string, Partial<ModelRequest>, string | null]>([
  ["`temperature` must be strictly positive", { settings: { temperature: 0 } }, "no temperature of 0"],
  ["temperature must be greater than 0", { settings: { temperature: 0 } }, "no temperature of 0"],
  ["temperature must be greater than 0", { settings: { temperature: 0.2 } }, null],
  ["`top_p` must be > 0.0 and < 1.0", { settings: { topP: 1 } }, "no top_p of 1"],
  ["tool_choice 'specified' is incompatible with thinking enabled", forced, "without tool_choice"],
  ["No endpoints found that support the provided 'tool_choice' value.", forced, "without tool_choice"],
  ["Thinking may not be enabled when tool_choice forces tool use.", forced, "without tool_choice"],
  ['tool_choice must be "auto" or "none"', forced, "without tool_choice"],
  ["tool_choice: Input should be 'auto', 'none' or 'required'", forced, "without tool_choice"],
  [
    "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    { tools: [] },
    "no calls without tools",
  ],
  ["Bedrock doesn't support tool calling without `tools=` param specified.", { tools: [] }, "no calls without tools"],
  ["Invalid value: 'image_url'. Supported values are: 'text'.", { messages: [image] }, "without images"],
  ["messages.0.content.1.type: Input should be 'text'", { messages: [image] }, "without images"],
  ["Unsupported content type: image_url", { messages: [image] }, "without images"],
  ["Only text content is supported", { messages: [image] }, "without images"],
  ["This response_format type is unavailable now", asSchema, "JSON without a schema"],
  ["This response_format type is unavailable now", asJson, "without response_format"],
  [
    "This model does not support response format `json_schema`. See supported models",
    asSchema,
    "JSON without a schema",
  ],
  [
    "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    asSchema,
    "JSON without a schema",
  ],
  ["'response_format.type' must be 'json_schema' or 'text'", asJson, "a schema for JSON"],
  [
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    asJson,
    "the word JSON",
  ],
  ["response_format is not supported by this model", asJson, "without response_format"],
  ["Unrecognized request argument supplied: response_format", asJson, "without response_format"],
  ["JSON mode is not enabled for this model", asJson, "without response_format"],
  [
    "Invalid schema for response_format 'response': In context=(), 'required' is required to be supplied",
    asSchema,
    null,
  ],
])("11: %s, of a request with %j, teaches %j", (said, request, learned) => {
  expect(taught(400, said, request)).toEqual(learned === null ? [] : [learned]);
});

test("11: keywords that a server does not know are taken out of schemas, and names of properties are not", () => {
  const parameters = {
    type: "object",
    additionalProperties: false,
    properties: { title: { type: "string", minLength: 1 }, kind: { enum: ["const"] } },
  };
  const known = lessons();
  const tools = [{ name: "clock", description: null, parameters, isOptional: true }];
  const request = adapting({ ...EVERYTHING, tools }, FROM, known);
  const said = `Invalid JSON payload received. Unknown name "additionalProperties" at 'tools[0].function_declarations[0].parameters': Cannot find field.`;
  expect(request.refused(refusedRequest(400, {}, JSON.stringify({ error: { message: said } })))).toBe(true);
  expect(request.body().tools).toMatchObject([{ function: { name: "clock" } }]);
  expect(JSON.stringify(request.body().tools)).toContain(
    JSON.stringify({ type: "object", properties: { title: { type: "string" }, kind: { enum: ["const"] } } }),
  );
  const required =
    "Invalid schema for function 'clock': 'additionalProperties' is required to be supplied and to be false.";
  expect(taught(400, required, { tools })).toEqual([]);
});

test.each([
  "error reading stream: unexpected EOF",
  "The model is not available, please stop and retry",
  "tools backend unavailable: upstream not available",
  "Internal error: tool parser not available",
  "system prompt cache unavailable",
  "image service is unavailable",
  "temperature sensor unknown",
])("12: a server that fails for now teaches nothing: %s", (said) => {
  for (const status of [500, 502, 504]) expect(taught(status, said, {})).toEqual([]);
});

test.each([
  ["Conversation roles must alternate user/assistant/user/assistant/...", "alternating roles"],
  ["System role not supported", "no system message"],
  ["tools param requires --jinja flag", "without tools"],
  ["Unsupported parameter: 'stream_options'", "without stream_options"],
])("12: what a template demands is learned from a 500 too: %s", (said, learned) => {
  expect(taught(500, said, {})).toEqual([learned]);
});

function taught(status: number, said: string, request: Partial<ModelRequest>): string[] {
  const known = lessons();
  adapting({ ...EVERYTHING, ...request }, FROM, known).refused(
    refusedRequest(status, {}, JSON.stringify({ error: { message: said } })),
  );
  return [...known.of("m").names];
}

const FROM = "http://models.test/v1 m";
const calls = [{ callId: "0192c0de-0000-7000-8000-000000000001", name: "clock", input: {} }];
const messages: readonly ReadyMessage[] = [
  { role: "system", text: "a" },
  { role: "system", text: "b" },
  {
    role: "user",
    name: "Bo",
    parts: [
      { type: "text", text: "c" },
      { type: "text", text: "d" },
    ],
  },
  { role: "user", parts: [{ type: "text", text: "" }] },
  { role: "assistant", text: "", calls, provider: { from: FROM, reasoning: "reasoning_content", thoughts: "Hm" } },
  { role: "tool", callId: calls[0]?.callId ?? "", name: "clock", output: "", isError: false },
  { role: "assistant", text: "e", calls: [] },
];
const EVERYTHING: ModelRequest = {
  model: "m",
  purpose: "turn",
  messages,
  tools: [{ name: "clock", description: null, parameters: { type: "object" }, isOptional: true }],
  toolChoice: "auto",
  settings: {
    temperature: 0.2,
    maxTokens: 4096,
    topP: 1,
    stop: ["X"],
    seed: 1,
    presencePenalty: 1,
    frequencyPenalty: 1,
    logitBias: { "1": 1 },
  },
  endUser: "u",
  signal: new AbortController().signal,
};
