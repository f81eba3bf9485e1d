const ERROR_CODES = [
  "unauthenticated",
  "forbidden",
  "invalid",
  "bad-request",
  "not-found",
  "wrong-host",
  "busy",
  "conflict",
  "method",
  "too-large",
  "rate-limited",
  "prompt-too-big",
  "model-refused",
  "model-failed",
  "no-model",
  "cancelled",
  "interrupted",
  "draining",
  "unavailable",
  "internal",
] as const;
/** What can go wrong, by what the caller can do about it. Each dialect says how it looks on the wire. */
export type ErrorCode = (typeof ERROR_CODES)[number];

export const isErrorCode = (code: string): code is ErrorCode => ERROR_CODES.some((known) => known === code);

/** One fault in a request: where it is, what kind, in words, and the value at fault. */
export type Issue = {
  readonly path: readonly (string | number)[];
  readonly type: string;
  readonly message: string;
  readonly input: unknown;
  readonly context?: Readonly<Record<string, unknown>>;
  /** The text that could not be read. */
  readonly source?: string;
};

/** Where somebody stands in a limit: so many in all, so many left, and seconds until it begins anew. */
export type Rate = { readonly limit: number; readonly remaining: number; readonly resetSeconds: number };

export type ErrorDetails = {
  /** What is missing or in the way: "session", "agent", "index" … */
  readonly noun?: string;
  readonly id?: string;
  /** The part of the request at fault. */
  readonly field?: string;
  readonly issues?: readonly Issue[];
  readonly retryAfterSeconds?: number;
  /** Where the caller stands in the limit that is reached. */
  readonly rate?: Rate;
  /** The HTTP status with which a model provider answered; absent where it did not answer. */
  readonly providerStatus?: number;
  /**
   * Whether the same call would only cost again: a provider that was silent for too long, or whose account is empty.
   */
  readonly isFinal?: boolean;
  readonly cause?: unknown;
};

const BRAND = Symbol.for("parley.ChatError");

/**
 * The one error that reaches a caller. Its message is written for the reader of the API.
 *
 * Next bundles this file with each route and with the start: what one bundle throws is an instance in all of them.
 */
export class ChatError extends Error {
  override readonly name = "ChatError";
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/** The 404 of a noun: the same sentence whether it never was or belongs to somebody else. */
export const notFound = (noun: string, id?: string): ChatError =>
  new ChatError("not-found", `${noun.charAt(0).toUpperCase()}${noun.slice(1)} not found`, { noun, id });

/** Gives a ChatError as it is, and anything else as "internal" with the original as its cause. */
export const toChatError = (thrown: unknown): ChatError =>
  thrown instanceof ChatError
    ? thrown
    : new ChatError("internal", "Something failed on our side. The log has the details.", { cause: thrown });
