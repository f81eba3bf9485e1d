import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";
import { ChatError, type Issue } from "../domain/errors.ts";
import { JSON_DEPTH, JSON_VALUES, jsonShape } from "../domain/json-shape.ts";
import { storableJson } from "../domain/text.ts";
import { readText } from "./body-text.ts";

/** How JSON writes what PostgreSQL cannot hold, NUL and lone surrogates; as bytes they would be no UTF-8, or no JSON. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/iu;

/** A request's JSON body. "absent" is a request without one. */
export type JsonBody = { readonly state: "absent" } | { readonly state: "present"; readonly value: unknown };

/**
 * Reads a body of at most `limitBytes` as JSON that can be stored, whatever its media type says; with `onlyJson` one of
 * another media type is a text. One without a media type is JSON.
 *
 * Throws what `readText` throws, "too-large" for one of more than 100,000 values, "invalid" for one nested more than 200
 * levels deep, and "invalid" with an issue of type "json_invalid" whose path holds the offset of the fault.
 */
export async function readJson(request: Request, limitBytes: number, onlyJson = false): Promise<JsonBody> {
  const text = await readText(request, limitBytes);
  if (text.trim() === "") return { state: "absent" };
  if (onlyJson && !isJson(request.headers.get("content-type"))) return { state: "present", value: text };
  return { state: "present", value: parseJson(text) };
}

/** The value of a JSON text, as `readJson` reads it. */
export function parseJson(text: string): unknown {
  checkShape(text);
  try {
    const value: unknown = JSON.parse(text);
    return UNSTORABLE.test(text) ? storableJson(value) : value;
  } catch {
    const { offset, reason } = firstFault(text);
    throw badJson(text, "The body is not valid JSON", offset, reason);
  }
}

export const isJson = (mediaType: string | null): boolean =>
  mediaType === null || /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/iu.test(mediaType.trim());

/** Where JSON goes wrong first. The reader stops there: what is wrong all along would fill the memory with faults. */
function firstFault(text: string): { readonly offset: number; readonly reason: string } {
  let fault = { offset: text.length, reason: "InvalidSymbol" };
  const found = new Error();
  try {
    const onError = (error: ParseErrorCode, offset: number) => {
      fault = { offset, reason: printParseErrorCode(error) };
      throw found;
    };
    visit(text, { onError }, { disallowComments: true, allowEmptyContent: false });
  } catch (thrown) {
    if (thrown !== found) throw thrown;
  }
  return fault;
}

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

/** Refuses what nests deeper or holds more values than any honest body, before it is parsed. */
function checkShape(text: string): void {
  const { over } = jsonShape(text);
  if (over === "depth") {
    throw badJson(text, `The body is nested more than ${JSON_DEPTH} levels deep`, text.length, "TooDeep");
  }
  if (over === "values") {
    throw new ChatError("too-large", `Request body too large: it has more than ${JSON_VALUES} values`);
  }
}
