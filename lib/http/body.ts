import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { ChatError, type Issue } from "../domain/errors.ts";

/** A request's JSON body. "absent" is a request without one. */
export type JsonBody = { readonly state: "absent" } | { readonly state: "present"; readonly value: unknown };

/**
 * Reads a body of at most `limitBytes` as JSON, whatever its media type says.
 *
 * Throws "too-large", and "invalid" with an issue of type "json_invalid" whose path holds the offset of the fault.
 */
export async function readJson(request: Request, limitBytes: number): Promise<JsonBody> {
  const text = await readText(request, limitBytes);
  if (text.trim() === "") return { state: "absent" };
  try {
    return { state: "present", value: JSON.parse(text) };
  } catch (thrown) {
    const faults: ParseError[] = [];
    parse(text, faults, { disallowComments: true, allowEmptyContent: false });
    const [first] = faults;
    const issue: Issue = {
      path: [first?.offset ?? text.length],
      type: "json_invalid",
      message: "JSON decode error",
      input: {},
      context: { error: first ? printParseErrorCode(first.error) : "InvalidSymbol" },
    };
    throw new ChatError("invalid", "The body is not valid JSON", { issues: [issue], cause: thrown });
  }
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
