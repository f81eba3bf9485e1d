import { expect, test } from "vitest";
import { z } from "zod";
import { ListQuery, StreamBody } from "../dialects/llamacloud/schema.ts";
import { toIssues } from "./issues.ts";

const prompt = (text: unknown) => ({ index_ids: [], prompt: text });

// The table of the LlamaCloud contract, section 7.
test.each<[string, z.ZodType, unknown, (string | number)[], string, string | RegExp]>([
  ["no prompt", StreamBody, { index_ids: [] }, ["prompt"], "missing", "Field required"],
  ["no index_ids", StreamBody, { prompt: "Hi" }, ["index_ids"], "missing", "Field required"],
  ["prompt a number", StreamBody, prompt(7), ["prompt"], "string_type", "Input should be a valid string"],
  [
    "prompt over 200 000",
    StreamBody,
    prompt("x".repeat(200_001)),
    ["prompt"],
    "string_too_long",
    "String should have at most 200000 characters",
  ],
  [
    "index_ids a string",
    StreamBody,
    { ...prompt("Hi"), index_ids: "x" },
    ["index_ids"],
    "list_type",
    "Input should be a valid list",
  ],
  [
    "item not a string",
    StreamBody,
    { ...prompt("Hi"), index_ids: [7] },
    ["index_ids", 0],
    "string_type",
    "Input should be a valid string",
  ],
  [
    "11 indexes",
    StreamBody,
    { ...prompt("Hi"), index_ids: Array(11).fill("x") },
    ["index_ids"],
    "too_long",
    "List should have at most 10 items after validation, not 11",
  ],
  [
    "page_size=-1",
    ListQuery,
    { page_size: "-1" },
    ["page_size"],
    "greater_than_equal",
    "Input should be greater than or equal to 0",
  ],
  [
    "page_size=abc",
    ListQuery,
    { page_size: "abc" },
    ["page_size"],
    "int_parsing",
    "Input should be a valid integer, unable to parse string as an integer",
  ],
  ["project_id=x", ListQuery, { project_id: "x" }, ["project_id"], "uuid_parsing", /^Input should be a valid UUID/u],
  [
    "a list for a body",
    StreamBody,
    [],
    [],
    "model_attributes_type",
    "Input should be a valid dictionary or object to extract fields from",
  ],
  [
    "a text for a body",
    StreamBody,
    "x",
    [],
    "model_attributes_type",
    "Input should be a valid dictionary or object to extract fields from",
  ],
])("LlamaCloud: %s", (_, schema, input, path, type, message) => {
  expect(issues(schema, input)).toMatchObject([
    { path, type, message: typeof message === "string" ? message : expect.stringMatching(message) },
  ]);
});

const Completion = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  temperature: z.number().min(0).max(2).optional(),
  n: z.int().min(1).optional(),
  stop: z.array(z.string()).min(1).optional(),
  seed: z.int().optional(),
  store_in_session: z.guid().optional(),
  stream: z.boolean().optional(),
});
const hi = { role: "user", content: "Hi" };
const object = "Input should be a valid dictionary or object to extract fields from";

// The table of the assistants contract, section 7, where the words come from the kind of fault.
test.each<[string, object, (string | number)[], string, string | RegExp]>([
  ["no messages", {}, ["messages"], "missing", "Field required"],
  [
    "messages: []",
    { messages: [] },
    ["messages"],
    "too_short",
    "List should have at least 1 item after validation, not 0",
  ],
  ['messages: "x"', { messages: "x" }, ["messages"], "list_type", "Input should be a valid list"],
  ["no role", { messages: [{ content: "Hi" }] }, ["messages", 0, "role"], "missing", "Field required"],
  [
    "content a number",
    { messages: [{ ...hi, content: 7 }] },
    ["messages", 0, "content"],
    "string_type",
    "Input should be a valid string",
  ],
  ["a message that is a text", { messages: ["x"] }, ["messages", 0], "model_attributes_type", object],
  ["a message that is null", { messages: [null] }, ["messages", 0], "model_attributes_type", object],
  [
    "temperature 2.1",
    { messages: [hi], temperature: 2.1 },
    ["temperature"],
    "less_than_equal",
    "Input should be less than or equal to 2",
  ],
  [
    "temperature -0.1",
    { messages: [hi], temperature: -0.1 },
    ["temperature"],
    "greater_than_equal",
    "Input should be greater than or equal to 0",
  ],
  ["n 0", { messages: [hi], n: 0 }, ["n"], "greater_than_equal", "Input should be greater than or equal to 1"],
  [
    "n 1.5",
    { messages: [hi], n: 1.5 },
    ["n"],
    "int_from_float",
    "Input should be a valid integer, got a number with a fractional part",
  ],
  [
    "stop []",
    { messages: [hi], stop: [] },
    ["stop"],
    "too_short",
    "List should have at least 1 item after validation, not 0",
  ],
  ["stop [1]", { messages: [hi], stop: [1] }, ["stop", 0], "string_type", "Input should be a valid string"],
  [
    "store_in_session x",
    { messages: [hi], store_in_session: "x" },
    ["store_in_session"],
    "uuid_parsing",
    /^Input should be a valid UUID/u,
  ],
])("assistants: %s", (_, input, path, type, message) => {
  expect(issues(Completion, input)).toMatchObject([
    { path, type, message: typeof message === "string" ? message : expect.stringMatching(message) },
  ]);
});

test("limits carry what they are", () => {
  const contexts = [{ messages: [] }, { messages: [hi], n: 0 }, { messages: [hi], temperature: 3 }].flatMap((input) =>
    issues(Completion, input).map(({ context }) => context),
  );
  expect(contexts).toEqual([{ field_type: "List", min_length: 1, actual_length: 0 }, { ge: 1 }, { le: 2 }]);
});

test("each fault carries the value, a missing field the object that lacks it", () => {
  const message = { content: 7 };
  expect(issues(Completion, { messages: [message] }).map(({ input }) => input)).toEqual([message, 7]);
});

test("a field that only a prototype has is missing", () => {
  expect(issues(z.object({ constructor: z.string() }), {})).toMatchObject([{ type: "missing", input: {} }]);
});

test("of several forms the one is told that the value came nearest to", () => {
  const Either = z.union([
    z.object({ type: z.literal("text"), text: z.string() }),
    z.object({ type: z.literal("image"), url: z.string() }),
  ]);
  expect(issues(z.object({ part: Either }), { part: { type: "image", url: 7 } })).toMatchObject([
    { path: ["part", "url"], type: "string_type" },
  ]);
});

test("a value that no form takes is told as such", () => {
  expect(issues(z.union([z.string(), z.number()]), true)).toMatchObject([
    { path: [], type: "union_error", input: true },
  ]);
});

function issues(schema: z.ZodType, input: unknown) {
  const parsed = schema.safeParse(input);
  if (parsed.success) throw new Error("It was taken");
  return toIssues(parsed.error, input);
}
