import { z } from "zod";
import { record, text } from "../dialects/bounds.ts";
import { ChatError } from "../domain/errors.ts";
import { isJson, parseJson } from "./body.ts";
import { readBody, textOf } from "./body-text.ts";
import { toIssues } from "./issues.ts";

const MOST_FIELDS = 100;
const FIELD_CHARACTERS = 8192;
/** Fields of sign-in forms: texts, and what scripts send for a yes or no. */
export const AuthFields = record(z.union([text(FIELD_CHARACTERS), z.boolean(), z.number(), z.null()]));

/**
 * The body of a sign-in request as it came, of at most `limitBytes`: fields as a form or as JSON. What is neither is
 * "".
 *
 * Throws what `readBody`, `textOf` and `parseJson` throw; "invalid" for JSON that is no object of texts, and
 * "bad-request" for a form that is not UTF-8 or has more than 100 fields, and for a `callbackUrl` that is no address.
 */
export async function readAuthBody(request: Request, limitBytes: number): Promise<string> {
  const type = request.headers.get("content-type");
  const body = textOf(await readBody(request, limitBytes));
  if (type === null) return "";
  if (type.includes("application/x-www-form-urlencoded")) {
    checkForm(body);
    checkCallback(new URLSearchParams(body).get("callbackUrl"), request.url);
    return body;
  }
  if (!isJson(type)) return "";
  // Next-auth reads JSON where the type says so, and fails at none.
  if (body.trim() === "") return "{}";
  const fields = AuthFields.safeParse(parseJson(body));
  if (!fields.success) {
    const issues = toIssues(fields.error, null).map((issue) => ({ ...issue, path: ["body", ...issue.path] }));
    throw new ChatError("invalid", "Validation error", { issues });
  }
  checkCallback(fields.data.callbackUrl, request.url);
  return body;
}

function checkForm(body: string): void {
  let fields = 1;
  for (let at = body.indexOf("&"); at >= 0; at = body.indexOf("&", at + 1)) fields++;
  if (fields > MOST_FIELDS) throw new ChatError("bad-request", `A form has at most ${MOST_FIELDS} fields`);
  try {
    decodeURIComponent(body);
  } catch {
    throw new ChatError("bad-request", "The form is not valid UTF-8");
  }
}

/**
 * Throws "bad-request" where the address to go on to, of a form, a query or a cookie, is none: next-auth takes that for
 * a fault of the server. One that begins with / is of `base`.
 */
export function checkCallback(value: unknown, base: string): void {
  if (value === undefined || value === null || value === "") return;
  const address = typeof value === "string" && value.length <= FIELD_CHARACTERS ? value : "";
  const url = URL.parse(address, address.startsWith("/") ? base : undefined);
  if (url?.protocol === "http:" || url?.protocol === "https:") return;
  throw new ChatError("bad-request", "callbackUrl is no address of http or https");
}
