import { setImmediate as immediate } from "node:timers/promises";
import { jsonFault } from "../dialects/bots/faults/json-fault.ts";
import { ChatError, type Issue } from "../domain/errors.ts";
import { parseNoting } from "../domain/exact-numbers.ts";
import { JSON_DEPTH, JSON_VALUES, jsonShape } from "../domain/json-shape.ts";
import { storableJson } from "../domain/text.ts";
import { readBody, textOf } from "./body-text.ts";

const LARGE_BYTES = 256 * 1024;
/**
 * How JSON writes what PostgreSQL cannot hold, NUL and lone surrogates; as bytes they would be no UTF-8, or no JSON.
 */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/iu;

/** A request's JSON body. "absent" is a request without one. */
export type JsonBody = { readonly state: "absent" } | { readonly state: "present"; readonly value: unknown };

/**
 * Reads a body of at most `limitBytes` as JSON that can be stored, whatever its media type says; with `onlyJson` one of
 * another media type is a text. One without a media type is JSON.
 *
 * Throws what `readBody` and `textOf` throw, "too-large" for one of more than 100,000 values, "invalid" for one nested
 * more than 200 levels deep, and "invalid" with an issue of type "json_invalid" whose path holds the offset of the
 * fault.
 */
export async function readJson(request: Request, limitBytes: number, onlyJson = false): Promise<JsonBody> {
  const bytes = await readBody(request, limitBytes);
  const isText = onlyJson && !isJson(request.headers.get("content-type"));
  // Others go on between two looks at a large body: each takes its time. Its bytes are not needed any more after the
  // second.
  const pause = bytes.length > LARGE_BYTES ? immediate : async () => {};
  const { over } = isText ? { over: null } : jsonShape(bytes);
  await pause();
  const text = textOf(bytes);
  if (text.trim() === "") return { state: "absent" };
  if (isText) return { state: "present", value: text };
  await pause();
  const value = parseShaped(text, over);
  await pause();
  return { state: "present", value };
}

/** The value of a JSON text, as `readJson` reads it. */
export const parseJson = (text: string): unknown => parseShaped(text, jsonShape(text).over);

function parseShaped(text: string, over: ReturnType<typeof jsonShape>["over"]): unknown {
  if (over === "depth") {
    throw badJson(text, `The body is nested more than ${JSON_DEPTH} levels deep`, text.length, "TooDeep");
  }
  if (over === "values") {
    throw new ChatError("too-large", `Request body too large: it has more than ${JSON_VALUES} values`);
  }
  try {
    const value = parseNoting(text);
    return UNSTORABLE.test(text) ? storableJson(value) : value;
  } catch {
    const { offset, reason } = jsonFault(text) ?? { offset: text.length, reason: "Expecting value" };
    throw badJson(text, "The body is not valid JSON", offset, reason);
  }
}

export const isJson = (mediaType: string | null): boolean =>
  mediaType === null || /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/iu.test(mediaType.trim());

function badJson(text: string, message: string, offset: number, error: string): ChatError {
  const place = Math.min(offset, text.length);
  const issue: Issue = {
    path: [place],
    type: "json_invalid",
    message: "JSON decode error",
    input: {},
    context: { error },
    source: text,
  };
  return new ChatError("invalid", message, { issues: [issue] });
}
