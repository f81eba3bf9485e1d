import type { TurnCall } from "../core/turn/turn-call.ts";
import { ChatError } from "../domain/errors.ts";

const LONGEST = 255;

/**
 * Turns of a request that such a key names, one for each choice: repeats of it are answered for a day. A call that says
 * itself what names it keeps that.
 */
export const repeatable = (calls: readonly TurnCall[], key: string | undefined): readonly TurnCall[] =>
  calls.map((call, n) => {
    if (key === undefined || call.requestKey !== undefined) return call;
    const requestKey = n === 0 ? key : `${key} #${n}`;
    return { ...call, requestKey, policy: { ...call.policy, keepsOutput: true } };
  });

/**
 * What names a request for repeats: its Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), quoted or bare.
 *
 * Throws "invalid" for one that is empty, longer than 255 characters, or not of visible ASCII.
 */
export function requestKey(request: Request): string | undefined {
  const sent = request.headers.get("idempotency-key");
  if (sent === null) return undefined;
  const key = sent.trim().replace(/^"(.*)"$/u, "$1");
  if (key.length <= LONGEST && /^[\x21-\x7e]+$/u.test(key)) return `key ${key}`;
  const message = `Use 1 to ${LONGEST} visible ASCII characters`;
  const issues = [{ path: ["header", "Idempotency-Key"], type: "value_error", message, input: sent.slice(0, 100) }];
  throw new ChatError("invalid", "Validation error", { issues });
}
