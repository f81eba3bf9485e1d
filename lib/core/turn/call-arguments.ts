import { exactJson, parseExact } from "../../domain/exact-numbers.ts";
import { jsonShape } from "../../domain/json-shape.ts";
import { storable, storableJson } from "../../domain/text.ts";

/** JSON may be wrapped in a JSON text so often. */
const MOST_WRAPS = 3;
/** So many values in a row are looked at. */
const MOST_IN_ROW = 20;

/**
 * The arguments that a model sent: JSON where they are, else the text itself, and so where they are nested deeper or
 * hold more values than a request may. Nothing at all and null count as no arguments. An object that is wrapped in a
 * JSON text is taken out, and of objects in a row that are empty at first or all the same the last counts: servers send
 * both.
 */
export function parsedArguments(input: string): unknown {
  if (input.trim() === "") return {};
  if (jsonShape(input).over !== null) return storable(input);
  const value = jsonOf(input) ?? lastOfRow(input);
  if (value === undefined) return storable(input);
  return storableJson(value.json === null ? {} : unwrapped(value.json));
}

type Value = { readonly json: unknown };

function jsonOf(text: string): Value | undefined {
  try {
    return { json: parseExact(text) };
  } catch {
    return undefined;
  }
}

/** What a JSON text holds, where that is an object in the end; else the value itself. */
function unwrapped(value: unknown): unknown {
  let inner = value;
  for (let n = 0; n < MOST_WRAPS && typeof inner === "string" && /^\s*["{]/u.test(inner); n++) {
    if (jsonShape(inner).over !== null) return value;
    inner = jsonOf(inner)?.json;
  }
  return typeof inner === "object" && inner !== null ? inner : value;
}

/**
 * The last of whole objects that stand in a row, of which the others are empty or the same; undefined: it is no such
 * row.
 */
function lastOfRow(text: string): Value | undefined {
  const row: unknown[] = [];
  let rest = text.trim();
  while (rest !== "" && row.length < MOST_IN_ROW) {
    const end = rest.startsWith("{") ? endOfObject(rest) : 0;
    const value = jsonOf(rest.slice(0, end));
    if (end === 0 || value === undefined) return undefined;
    row.push(value.json);
    rest = rest.slice(end).trim();
  }
  const last = row.pop();
  if (rest !== "" || last === undefined) return undefined;
  const told = exactJson(last);
  return row.map(exactJson).every((json) => json === "{}" || json === told) ? { json: last } : undefined;
}

/** Where the object ends with which a text begins; 0: nowhere. */
function endOfObject(text: string): number {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isText) {
      if (sign === "\\") at++;
      else if (sign === '"') isText = false;
    } else if (sign === '"') isText = true;
    else if (sign === "{") depth++;
    else if (sign === "}" && --depth === 0) return at + 1;
  }
  return 0;
}
