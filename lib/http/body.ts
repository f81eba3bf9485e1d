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
    const reason = thrown instanceof Error ? thrown.message : "invalid";
    const issue: Issue = {
      path: [offset(text, reason)],
      type: "json_invalid",
      message: "JSON decode error",
      input: {},
      context: { error: reason.replace(/ in JSON at position.*$/su, "").replace(/, (?:\.\.\.)?".*$/su, "") },
    };
    throw new ChatError("invalid", "The body is not valid JSON", { issues: [issue] });
  }
}

/** Where V8 says that reading stopped; at the end of the text where it names no position. */
const offset = (text: string, reason: string): number => Number(/position (\d+)/u.exec(reason)?.[1] ?? text.length);

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
