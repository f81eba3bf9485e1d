import { expect, test } from "vitest";
import type { AgentTool } from "./requests";
import { toolChange, toolTexts } from "./tool-form";

function form(fields: Readonly<Record<string, string>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

const search: AgentTool = {
  id: "1",
  name: "search",
  type: "api_call",
  description: null,
  spec: {
    method: "POST",
    url: "https://search.test/q",
    headers: { "X-Key": "a: b" },
    timeout: 5,
    schema: { type: "object", properties: { q: { type: "string" } } },
    params_schema: null,
  },
  open_to_strangers: false,
};

test("16: the schema of a function's result is set, taken away, and kept where it is shown", () => {
  const returns = { type: "object", properties: { sky: { type: "string" } } };
  const spec = { name: null, description: null, parameters: { type: "object" }, returns };
  const old: AgentTool = { ...search, name: "look", type: "function", spec };
  const shown = toolTexts(old);
  expect(toolChange(form(shown), "function", old).change).toMatchObject({ function: { returns } });
  const { change } = toolChange(form({ ...shown, returns: "" }), "function", old);
  expect(change.function).toEqual({ name: null, description: null, parameters: { type: "object" } });
  expect(toolChange(form({ ...shown, returns: "[]" }), "function", old).wrong.returns).toContain("JSON object");
});

test("what a form shows of a tool says the same of it again, and keeps what it does not show", () => {
  const { change, wrong } = toolChange(form(toolTexts(search)), "api_call", search);
  expect(wrong).toEqual({});
  expect(change).toEqual({
    name: "search",
    type: "api_call",
    description: null,
    api_call: {
      method: "POST",
      url: "https://search.test/q",
      headers: { "X-Key": "a: b" },
      timeout: 5,
      params_schema: { type: "object", properties: { q: { type: "string" } } },
    },
    open_to_strangers: false,
  });
});

test("C11: a checked box opens a request to strangers, and a function has no such box", () => {
  const open = form({ ...toolTexts(search), open_to_strangers: "on" });
  expect(toolChange(open, "api_call", search).change).toMatchObject({ open_to_strangers: true });
  expect(toolChange(open, "function", null).change).not.toHaveProperty("open_to_strangers");
});

test("a new function without parameters takes none", () => {
  const { change, wrong } = toolChange(form({ ...toolTexts(null), name: " now ", parameters: "" }), "function", null);
  expect(wrong).toEqual({});
  expect(change).toEqual({
    name: "now",
    type: "function",
    description: null,
    function: { parameters: { type: "object", properties: {} } },
  });
});

test.each(["[]", "{", "null", '"text"', "5"])("%s is no JSON schema", (parameters) => {
  expect(toolChange(form({ parameters }), "function", null).wrong.parameters).toContain("JSON object");
});

test.each(["no colon", ": no name", "a name: x"])("%j is no header", (headers) => {
  expect(toolChange(form({ headers }), "api_call", null).wrong.headers).toContain("one header a line");
});
