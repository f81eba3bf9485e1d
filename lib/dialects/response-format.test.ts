import { expect, test } from "vitest";
import { decodeResponseFormat } from "./response-format.ts";

test.each<[Parameters<typeof decodeResponseFormat>[0], unknown]>([
  [{ type: "text" }, { type: "text" }],
  [{ type: "json_object" }, { type: "json_object" }],
  [{ type: "json_schema" }, { type: "json_schema", schema: {} }],
  [
    { type: "json_schema", json_schema: { type: "object" } },
    { type: "json_schema", schema: { type: "object" } },
  ],
  [
    { type: "json_schema", json_schema: { name: "n", strict: true, schema: { type: "object" } } },
    { type: "json_schema", schema: { type: "object" }, beside: { name: "n", strict: true } },
  ],
  [
    { type: "json_schema", json_schema: { schema: "a property of this name" } },
    { type: "json_schema", schema: { schema: "a property of this name" } },
  ],
])("the format %j is %j", (wire, format) => {
  expect(decodeResponseFormat(wire)).toEqual(format);
});
