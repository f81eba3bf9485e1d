import pino, { type DestinationStream } from "pino";
import type { Log } from "../core/log.ts";
import { HIDDEN, type Hide, withoutSecretShapes } from "../domain/secrets.ts";

/**
 * What of an error is logged: its kind, what it says, where it came from, and the same of its causes.
 *
 * Nothing else of it: a database's error holds the row at fault, a provider's the request. A SyntaxError quotes the
 * text that it could not read, and other messages may quote a value behind their last colon.
 */
export function loggedError(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return { type: typeof thrown };
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /u.test(line));
  return {
    type: thrown.name,
    message: thrown instanceof SyntaxError ? undefined : thrown.message.replace(/: ["'`].*$/su, ": …").slice(0, 500),
    code: "code" in thrown ? thrown.code : undefined,
    constraint: "constraint" in thrown ? thrown.constraint : undefined,
    stack: frames.join("\n"),
    cause: thrown.cause === undefined || depth > 3 ? undefined : loggedError(thrown.cause, depth + 1),
  };
}

/** A log whose lines hold these fields too. */
export const withFields = (log: Log, fields: object): Log => ({
  debug: (own, message) => log.debug({ ...fields, ...own }, message),
  info: (own, message) => log.info({ ...fields, ...own }, message),
  warn: (own, message) => log.warn({ ...fields, ...own }, message),
  error: (own, message) => log.error({ ...fields, ...own }, message),
});

/**
 * The process's log: one JSON object a line, without content and without keys. `hide` hides the secrets that the server
 * knows, in whatever field they are; what looks like a secret is hidden too. `to` is where lines go, else stdout.
 */
export const openLog = (level: string, hide: Hide, to?: DestinationStream) =>
  pino(
    {
      level,
      base: undefined,
      serializers: { err: (thrown: unknown) => loggedError(thrown) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ["*.apiKey", "*.authorization", "*.cookie", "*.password"], censor: HIDDEN },
      hooks: { streamWrite: (line) => withoutSecretShapes(hide(line)) },
    },
    to,
  );
