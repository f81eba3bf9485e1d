import { APICallError } from "@ai-sdk/provider";
import { ChatError } from "../domain/errors.ts";

const REFUSED = new Set([400, 404, 405, 409, 413, 415, 422]);

/** What a provider did, as an error of ours: in words, without keys, and with what it said where it refused. */
export function toProviderError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  if (!APICallError.isInstance(thrown)) {
    return new ChatError("model-failed", `The model provider closed the connection (${reason(thrown)})`, {
      cause: thrown,
    });
  }
  const status = thrown.statusCode;
  const cause = withoutSecrets(thrown);
  if (status === undefined) {
    return new ChatError(
      "model-failed",
      `The model provider could not be reached (${reason(thrown.cause ?? thrown)})`,
      { cause },
    );
  }
  if (status === 401 || status === 403) {
    return new ChatError("model-failed", `The model provider refused the API key (${status})`, { cause });
  }
  if (status === 429) {
    const retryAfterSeconds = retryAfter(thrown.responseHeaders);
    return new ChatError("model-failed", "The model provider's rate limit is reached (429)", {
      cause,
      retryAfterSeconds,
    });
  }
  if (REFUSED.has(status)) {
    return new ChatError(
      "model-refused",
      `The model provider refused the request (${status}): ${thrown.message.slice(0, 300)}`,
      { cause },
    );
  }
  const retryAfterSeconds = retryAfter(thrown.responseHeaders);
  return new ChatError("model-failed", `The model provider failed (${status})`, { cause, retryAfterSeconds });
}

/** The original keeps the request's body and headers: a log of it would hold the conversation. */
const withoutSecrets = (error: APICallError) => ({ name: error.name, statusCode: error.statusCode });

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  const cause = thrown.cause;
  const source = cause instanceof Error ? cause : thrown;
  return "code" in source && typeof source.code === "string" ? source.code : source.message.slice(0, 100);
}

/** Seconds of `retry-after-ms` or `retry-after`, which holds seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Readonly<Record<string, string>> | undefined): number | undefined {
  const milliseconds = Number(headers?.["retry-after-ms"]);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds / 1000;
  const text = headers?.["retry-after"];
  if (text === undefined) return undefined;
  const seconds = Number.isFinite(Number(text)) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
