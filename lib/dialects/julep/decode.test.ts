import { describe, expect, test } from "vitest";
import {
  decodeMessage,
  decodePage,
  decodeParticipants,
  decodePolicy,
  decodeRequest,
  decodeSettings,
  decodeTurn,
} from "./decode.ts";
import { ChatInput, CreateSessionBody, ListQuery, WireRecall } from "./schema.ts";

const session = "01970000-0000-7000-8000-000000000000";
const body = (fields: object = {}) => ChatInput.parse({ messages: [{ role: "user", content: "hi" }], ...fields });

test("what a body does not say has its default", () => {
  expect(body()).toEqual({
    messages: [{ role: "user", content: "hi" }],
    remember: false,
    recall: true,
    recall_tools: true,
    save: true,
    stream: false,
  });
});

test("a chat is a turn that waits in line, is cancelled with its caller and returns its calls", () => {
  const { signal } = new AbortController();
  const turn = decodeTurn(session, body(), signal);
  expect(turn).toMatchObject({
    dialect: "julep",
    policy: {
      stores: true,
      keep: "nothing",
      onHangUp: "cancel",
      busy: "queue",
      maxSteps: 10,
      maxMs: 90_000,
      atLimit: "return-calls",
      agent: "member",
      overflow: "refuse",
    },
  });
  expect(decodeTurn(session, body({ stream: true }), signal).policy.keep).toBe("streamed");
  expect(decodeTurn(session, body({ save: false }), signal).policy.stores).toBe(false);
});

test.each([
  [{}, "auto", "all"],
  [{ tool_choice: null }, "auto", "all"],
  [{ tool_choice: "none" }, "none", "none"],
  [{ tool_choice: { function: { name: "f" } } }, { name: "f" }, "all"],
])("%j asks for tools as %j", (fields, toolChoice, ownTools) => {
  expect(decodeRequest(session, body(fields)).toolChoice).toEqual(toolChoice);
  expect(decodePolicy(body(fields)).ownTools).toBe(ownTools);
});

test("settings that are not sent, or null, are left to the agent", () => {
  expect(decodeSettings(body({ temperature: null, top_p: 0, model: "" }))).toEqual({ topP: 0 });
  expect(decodeSettings(body({ stop: [] }))).toEqual({ stop: [] });
});

describe("messages", () => {
  const parts = (message: object) => decodeMessage(body({ messages: [message] }).messages[0] as never).parts;
  test.each([
    ["no content of a user", { role: "user" }, [{ type: "text", text: "" }]],
    ["no content of an assistant", { role: "assistant" }, []],
    ["a text", { role: "user", content: "a" }, [{ type: "text", text: "a" }]],
    [
      "texts",
      { role: "user", content: ["a", "b"] },
      [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    ],
    [
      "an image",
      { role: "user", content: [{ type: "image_url", image_url: { url: "https://x.org/a.png", detail: "low" } }] },
      [{ type: "image", url: "https://x.org/a.png", detail: "low" }],
    ],
    [
      "a tool's text",
      { role: "tool", tool_call_id: "c", content: [{ type: "text", text: "a" }] },
      [{ type: "tool-result", callId: "c", name: "", output: "a", isError: false }],
    ],
    [
      "a call",
      {
        role: "assistant",
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "not json" } }],
      },
      [{ type: "tool-call", callId: "c", name: "f", input: "not json" }],
    ],
  ])("%s", (_, message, expected) => {
    expect(parts(message)).toEqual(expected);
  });

  test("a tool's image stays as it came", () => {
    const content = [
      {
        type: "tool_result",
        tool_use_id: "c",
        content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "AA" } }],
      },
    ];
    expect(parts({ role: "user", content })).toMatchObject([{ type: "tool-result", output: content[0]?.content }]);
  });
});

test("conditions on metadata are read in both spellings, numbers as numbers", () => {
  const query = ListQuery.parse({ "metadata_filter.a.b": "1.50", "metadata_filter[c]": "x", other: "y", limit: "5" });
  expect(decodePage(query)).toEqual({
    limit: 5,
    offset: 0,
    sortBy: "createdAt",
    direction: "desc",
    metadata: [
      { path: ["a", "b"], key: "a.b", text: "1.50", value: 1.5 },
      { path: ["c"], key: "c", text: "x", value: "x" },
    ],
  });
});

test("participants are taken once each, in order", () => {
  const [a, b] = ["01970000-0000-7000-8000-00000000000a", "01970000-0000-7000-8000-00000000000b"];
  const made = CreateSessionBody.parse({ agents: [b, a.toUpperCase(), b], user: a });
  expect(decodeParticipants(made)).toEqual({ agentIds: [b, a], userIds: [a] });
  expect(() => decodeParticipants(CreateSessionBody.parse({}))).toThrow("At least one agent must be provided");
});

test("recall options are vector mode unless they say otherwise, with the defaults of their mode", () => {
  const common = {
    limit: 10,
    lang: "en-US",
    metadata_filter: {},
    num_search_messages: 4,
    max_query_length: 1000,
    include_embeddings: true,
  };
  expect(WireRecall.parse({})).toEqual({ mode: "vector", ...common, confidence: 0.5, mmr_strength: 0.5 });
  expect(WireRecall.parse({ mode: "text" })).toEqual({
    mode: "text",
    ...common,
    trigram_similarity_threshold: null,
  });
  expect(WireRecall.parse({ mode: "hybrid" })).toMatchObject({ alpha: 0.5, k_multiplier: 7, confidence: 0.5 });
});

test.each([
  { limit: 0 },
  { limit: 51 },
  { confidence: 1.01 },
  { mmr_strength: 1 },
  { lang: "not a tag" },
  { max_query_length: 99 },
  { num_search_messages: 51 },
  { mode: "other" },
  { mode: "hybrid", alpha: 1.1 },
])("recall options %j are refused", (options) => {
  expect(WireRecall.safeParse(options).success).toBe(false);
});
