import type { Dice } from "../prove/texts.ts";

/** A JSON schema as the OpenAPI document has it. */
export type JsonSchema = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const schemas = (value: unknown): JsonSchema[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Values that a schema allows, as far as it says so. `components` are the document's schemas by name. */
export function valuesOf(components: JsonSchema, dice: Dice) {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[dice.upTo(items.length)];

  function value(schema: JsonSchema, depth = 0): unknown {
    const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
    const referred = name === undefined ? undefined : components[name];
    if (isObject(referred)) return depth > 8 ? null : value(referred, depth + 1);
    const forms = [...schemas(schema.anyOf), ...schemas(schema.oneOf)];
    if (forms.length > 0) return value(pick(forms) ?? {}, depth + 1);
    if (Array.isArray(schema.allOf))
      return Object.assign({}, ...schemas(schema.allOf).map((one) => value(one, depth + 1)));
    if (Array.isArray(schema.enum)) return pick(schema.enum);
    if ("const" in schema) return schema.const;
    switch (Array.isArray(schema.type) ? pick(schema.type) : schema.type) {
      case "string":
        return schema.format === "uuid" ? "0198c0de-0000-7000-8000-000000000000" : (pick(WORDS) ?? "");
      case "integer":
      case "number":
        return number(schema);
      case "boolean":
        return dice.chance(0.5);
      case "null":
        return null;
      case "array":
        return depth > 6
          ? []
          : Array.from({ length: 1 + dice.upTo(2) }, () =>
              value(isObject(schema.items) ? schema.items : {}, depth + 1),
            );
      default:
        return object(schema, depth);
    }
  }

  function number({ minimum, maximum }: JsonSchema): number {
    const least = typeof minimum === "number" ? Math.max(minimum, -1000) : 0;
    const most = typeof maximum === "number" ? Math.min(maximum, 1000) : least + 10;
    return Math.round(least + dice.next() * (most - least));
  }

  function object(schema: JsonSchema, depth: number): unknown {
    const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
    const fields = Object.entries(isObject(schema.properties) ? schema.properties : {});
    const chosen = fields.filter(([key]) => required.includes(key) || (depth < 4 && dice.chance(0.3)));
    return Object.fromEntries(chosen.map(([key, inner]) => [key, value(isObject(inner) ? inner : {}, depth + 1)]));
  }

  return value;
}

const WORDS = [
  "x",
  "Hello",
  "user",
  "ada@example.org",
  "{{ agent.name }}",
  "en-US",
  "https://example.org/x",
  "what is 2+2",
];

/** What a text field may be sent, by how many characters. */
const TEXTS: readonly ((size: number) => string)[] = [
  (size) => `a@${".a".repeat(size / 2)},`,
  (size) => "a@".repeat(size / 2),
  (size) => `${" ".repeat(size)}x`,
  (size) => `${"9".repeat(size)}x`,
  (size) => `data:image/${"a+".repeat(size / 2)},`,
  (size) => `{{ ${"[".repeat(size)} }}`,
  (size) => "{% for a in range(9999) %}".repeat(size / 26),
  (size) => "😀".repeat(size / 2),
  (size) => "\u0000\u202e\u200b".repeat(size / 3),
  (size) => "İ".repeat(size),
  (size) => '"\\'.repeat(size / 2),
  (size) => "<think>".repeat(size / 7),
  (size) => JSON.stringify(Array(Math.floor(size / 3)).fill({})),
];

/** Small values that are wrong nearly everywhere. */
const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  " ",
  "\u0000",
  "\ud800",
  "%00",
  "../..",
  "__proto__",
  [],
  [[]],
  [null],
  {},
  { __proto__: null, constructor: { prototype: 1 } },
  { type: "text" },
  "0".repeat(5000),
  "0198c0de-0000-7000-8000-000000000000",
];

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let n = 0; n < levels; n++) value = n % 2 === 0 ? [value] : { a: value };
  return value;
};

/** A value that some field is put to. Large ones have some `size` characters. */
export function hostileValue(dice: Dice, size: number): unknown {
  switch (dice.upTo(8)) {
    case 0:
    case 1:
    case 2:
      return ODD[dice.upTo(ODD.length)];
    case 3:
    case 4:
      return TEXTS[dice.upTo(TEXTS.length)]?.(size);
    case 5: {
      const item = ODD[dice.upTo(ODD.length)];
      return Array(Math.ceil(size / ((JSON.stringify(item)?.length ?? 0) + 1))).fill(item);
    }
    case 6:
      return Object.fromEntries(
        Array.from({ length: Math.min(Math.floor(size / 10), 20_000) }, (_, n) => [`key ${n}`, n % 3 ? n : "x"]),
      );
    default:
      return nested(dice.upTo(400));
  }
}

/** A JSON value with one of its places put to another value. */
export function replacedSomewhere(root: unknown, value: unknown, dice: Dice): unknown {
  if (typeof root !== "object" || root === null || dice.chance(0.2)) return value;
  const keys = Object.keys(root);
  const key = keys[dice.upTo(keys.length)];
  if (key === undefined) return Array.isArray(root) ? [value] : { ...root, messages: value };
  if (Array.isArray(root))
    return root.map((item, n) => (String(n) === key ? replacedSomewhere(item, value, dice) : item));
  return { ...root, [key]: replacedSomewhere((root as JsonSchema)[key], value, dice) };
}
