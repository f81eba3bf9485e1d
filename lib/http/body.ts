import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";
import { ChatError, type Issue } from "../domain/errors.ts";

const DEPTH_LIMIT = 200;
const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** A request's JSON body. "absent" is a request without one. */
export type JsonBody = { readonly state: "absent" } | { readonly state: "present"; readonly value: unknown };

/**
 * Reads a body of at most `limitBytes` as JSON, whatever its media type says; with `onlyJson` one of another media type is
 * a text. One without a media type is JSON.
 *
 * Throws "too-large", "invalid" for one nested more than 200 levels deep, and "invalid" with an issue of type "json_invalid" whose path holds the offset of the fault.
 */
export async function readJson(request: Request, limitBytes: number, onlyJson = false): Promise<JsonBody> {
  const text = await readText(request, limitBytes);
  if (text.trim() === "") return { state: "absent" };
  if (onlyJson && !isJson(request.headers.get("content-type"))) return { state: "present", value: text };
  if (isTooDeep(text)) {
    throw badJson(text, `The body is nested more than ${DEPTH_LIMIT} levels deep`, text.length, "TooDeep");
  }
  try {
    return { state: "present", value: JSON.parse(text) };
  } catch {
    const { offset, reason } = firstFault(text);
    throw badJson(text, "The body is not valid JSON", offset, reason);
  }
}

const isJson = (mediaType: string | null): boolean =>
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

/** Whether brackets open deeper than any honest body: what walks the value later goes down as deep. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n);
    if (isInText) {
      if (code === BACKSLASH) n++;
      else if (code === QUOTE) isInText = false;
    } else if (code === QUOTE) isInText = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > DEPTH_LIMIT) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return false;
}

async function readText(request: Request, limitBytes: number): Promise<string> {
  const tooLarge = () =>
    new ChatError("too-large", `Request body too large: the limit is ${Math.floor(limitBytes / 1024)} KiB`);
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw tooLarge();
  if (request.body === null) return "";
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limitBytes) {
      void reader.cancel();
      throw tooLarge();
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join("");
}
