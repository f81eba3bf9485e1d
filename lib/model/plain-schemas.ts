import type { ChatBody } from "./chat-request.ts";
import { isObject } from "./shapes.ts";

/**
 * Keywords of JSON Schema that some servers do not know. Each only narrows or explains: without it a schema allows
 * more.
 */
const KEYWORDS = [
  "additionalProperties",
  "unevaluatedProperties",
  "patternProperties",
  "propertyNames",
  "$schema",
  "$id",
  "$comment",
  "examples",
  "default",
  "title",
  "const",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "uniqueItems",
  "minLength",
  "maxLength",
  "minProperties",
  "maxProperties",
  "contentEncoding",
  "contentMediaType",
  "readOnly",
  "writeOnly",
] as const;

const SPOKEN = KEYWORDS.map((name) => name.replace("$", "\\$")).join("|");
const UNKNOWN = new RegExp(
  `(?:unknown|unrecogni[sz]ed|unsupported|unexpected|cannot find|not (?:supported|allowed|permitted)|invalid schema).{0,120}["'\`.](?:${SPOKEN})["'\`\\s]|["'\`.](?:${SPOKEN})["'\`].{0,80}(?:un|not )(?:known|recogni[sz]ed|supported|allowed|permitted)`,
  "isu",
);

/**
 * Whether a refusal says that the schema of a tool has a keyword that is not known. One that is missing is another
 * matter.
 */
export const hasUnknownKeyword = (words: string): boolean =>
  UNKNOWN.test(words) && !/is required|must be/iu.test(words);

/** A body whose tools have their parameters without those keywords; the same body where there are none. */
export function plainSchemas(body: ChatBody): ChatBody {
  const before: unknown = body.tools;
  if (!Array.isArray(before)) return body;
  const tools = before.map((tool: unknown) => {
    if (!isObject(tool) || !isObject(tool.function)) return tool;
    const parameters = plain(tool.function.parameters);
    return parameters === tool.function.parameters ? tool : { ...tool, function: { ...tool.function, parameters } };
  });
  return tools.every((tool, n) => tool === before[n]) ? body : { ...body, tools };
}

/** Under these names stand schemas by names of their own, which may be called like a keyword. */
const BY_NAME = new Set(["properties", "$defs", "definitions"]);

function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return sameOr(schema, schema.map(plain));
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema).filter(([name]) => !KEYWORDS.some((one) => one === name));
  const next = entries.map(([name, value]): readonly [string, unknown] => {
    // A value of an enumeration is no schema.
    if (name === "enum") return [name, value];
    return [name, BY_NAME.has(name) && isObject(value) ? each(value) : plain(value)];
  });
  const isSame = entries.length === Object.keys(schema).length && next.every(([name, value]) => value === schema[name]);
  return isSame ? schema : Object.fromEntries(next);
}

function each(schemas: Readonly<Record<string, unknown>>): unknown {
  const next = Object.entries(schemas).map(([name, value]) => [name, plain(value)] as const);
  return next.every(([name, value]) => value === schemas[name]) ? schemas : Object.fromEntries(next);
}

const sameOr = (before: readonly unknown[], next: readonly unknown[]): readonly unknown[] =>
  next.every((value, n) => value === before[n]) ? before : next;
