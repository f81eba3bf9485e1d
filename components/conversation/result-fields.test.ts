import fc from "fast-check";
import { expect, test } from "vitest";
import { readFields, resultFields } from "./result-fields";

const weather = {
  type: "object",
  required: ["sky", "degrees"],
  properties: {
    sky: { enum: ["grey", "blue"], title: "The sky" },
    degrees: { type: "integer", minimum: -90, maximum: 60, description: "In Celsius" },
    wind: { type: ["number", "null"] },
    words: { type: "string" },
    rains: { type: "boolean", default: true },
    places: { type: "array" },
    rest: {},
  },
};
const fields = resultFields(weather) ?? [];

/** The texts of a form in which some fields are filled in. */
const written = (texts: Readonly<Record<string, string>>) => fields.map(({ name }) => texts[name ?? ""] ?? "");

test("16: a schema of a result is a form with a field of its kind for each value", () => {
  expect(fields.map(({ label, kind, isRequired, first }) => [label, kind, isRequired, first])).toEqual([
    ["The sky", "choice", true, ""],
    ["degrees", "whole", true, ""],
    ["wind", "number", false, ""],
    ["words", "text", false, ""],
    ["rains", "check", false, "on"],
    ["places", "json", false, ""],
    ["rest", "json", false, ""],
  ]);
  expect(fields[1]?.note).toBe("In Celsius");
});

test("16: what is filled in is the result, and what is left empty is not in it", () => {
  const texts = written({ sky: "1", degrees: "12", wind: "0.5", rains: "on", places: '["Bonn"]' });
  expect(readFields(fields, texts)).toEqual({
    value: { sky: "blue", degrees: 12, wind: 0.5, rains: true, places: ["Bonn"] },
  });
  expect(readFields(fields, written({ sky: "0", degrees: "0" }))).toEqual({
    value: { sky: "grey", degrees: 0, rains: false },
  });
});

test.each([
  ["sky", "", "This is needed"],
  ["degrees", "warm", "Enter a number, such as 42 or 0.5"],
  ["degrees", "1.5", "Enter a whole number, such as 42"],
  ["degrees", "61", "Enter 60 or less"],
  ["degrees", "-91", "Enter -90 or more"],
  ["wind", "Infinity", "Enter a number, such as 42 or 0.5"],
  ["places", "Bonn", expect.stringContaining("This is no JSON")],
  ["places", "{}", expect.stringContaining("This has to be a list")],
])("16: the field %s says what is wrong with “%s”", (name, text, fault) => {
  const read = readFields(fields, written({ sky: "0", degrees: "1", [name]: text }));
  const at = fields.findIndex((field) => field.name === name);
  expect(read).toEqual({ faults: new Map([[at, fault]]) });
});

test("16: a result that is one value has one field", () => {
  const one = resultFields({ type: "number" }) ?? [];
  expect(one.map(({ name, label, isRequired }) => [name, label, isRequired])).toEqual([[null, "Answer", true]]);
  expect(readFields(one, ["2"])).toEqual({ value: 2 });
});

test.each([
  [null],
  [true],
  ["x"],
  [{}],
  [{ type: "object" }],
  [{ type: "object", properties: {} }],
  [{ type: "array" }],
  [{ type: "object", properties: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`p${n}`, {}])) }],
])("16: a schema that says too little or asks for too much is no form: %j", (schema) => {
  expect(resultFields(schema)).toBeNull();
});

test("16: names of any kind are values of the result and nothing else", () => {
  const schema: unknown = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{}}}');
  const read = readFields(resultFields(schema) ?? [], ["x", "1"]);
  expect(JSON.stringify(read)).toBe('{"value":{"__proto__":"x","constructor":1}}');
  expect(Object.prototype).not.toHaveProperty("x");
});

test("16: no schema and no text breaks the form", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.string()), (properties, texts) => {
      for (const schema of [properties, { type: "object", properties }, { enum: properties }, { properties }]) {
        const some = resultFields(schema);
        if (some) readFields(some, texts);
      }
    }),
  );
});
