import { expect, test } from "vitest";
import { CreateTool, encodeBody } from "./tool-wire.ts";

const api = {
  method: "POST",
  url: "https://site.test/q",
  schema: { type: "object" },
  headers: { "X-Key": "k" },
  content: "aGk=",
  data: { a: 1 },
  files: { f: 1 },
  json: { b: null },
  cookies: { c: "1" },
  params: "d=1",
  follow_redirects: true,
  timeout: 5,
  params_schema: { type: "object", properties: {} },
  secrets: { s: "1" },
  include_response_content: false,
};
const system = (operation: string) => ({
  resource: "user",
  operation,
  resource_id: "0190a1b2-0000-7000-8000-000000000001",
  subresource: null,
  arguments: { limit: 1 },
});
const computer = {
  type: "computer_20241022",
  name: "computer",
  display_width_px: 800,
  display_height_px: 600,
  display_number: 2,
};

test.each([
  ["function", null],
  ["function", { name: "inner", description: 5, parameters: { type: "object", z: 1, a: 2 } }],
  ["integration", { provider: "email", method: "send", setup: { host: "h" }, arguments: [1] }],
  ["system", system("create_or_update")],
  ["system", system("change_status")],
  ["system", system("history")],
  ["api_call", api],
  ["computer_20241022", computer],
  ["text_editor_20241022", { type: "text_editor_20241022", name: "str_replace_editor" }],
  ["bash_20241022", { type: "bash_20241022", name: "bash" }],
])("C11: a tool of the type %s comes back as it came: %j", (type, spec) => {
  const tool = CreateTool.parse({ name: "t", type, [type]: spec });
  expect(encodeBody(tool)).toEqual({ type, spec });
  expect(JSON.stringify(encodeBody(tool).spec)).toBe(JSON.stringify(spec));
});

test("C11: what a tool is stands under its type, and has our words", () => {
  const missing = CreateTool.safeParse({ name: "t", type: "api_call", system: system("get") });
  expect(missing.error?.issues).toMatchObject([{ path: ["api_call"], message: "Field required" }]);
  expect(CreateTool.parse({ name: "t", type: "system", system: system("create_or_update") })).toMatchObject({
    type: "system",
    spec: { operation: "create-or-update" },
  });
  expect(CreateTool.parse({ name: "t", type: "api_call", api_call: api })).toMatchObject({
    type: "api-call",
    spec: { form: { a: 1 }, query: "d=1", timeoutSeconds: 5, givesBody: false },
  });
  expect(CreateTool.parse({ name: "t", type: "computer_20241022" })).toMatchObject({
    spec: { widthPx: 1024, heightPx: 768, displayNumber: 1 },
  });
});
