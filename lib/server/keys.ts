import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** How a key is stored and looked up: SHA-256 in hex. Keys are long random texts, which need no slow hash. */
export const hashKey = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Whether a text is a secret, found out in the same time whatever it is. */
export const isSecret = (given: string, secret: string): boolean =>
  timingSafeEqual(Buffer.from(hashKey(given)), Buffer.from(hashKey(secret)));

/** A new API key: `pk_` and 40 random letters and digits. */
export const newKey = (): string => `pk_${randomText(40)}`;

/** A text of letters and digits of `length` characters, each of nearly six bits. */
export function randomText(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // Bytes past the last whole multiple would make the first letters likelier.
      if (byte < alphabet.length * 4 && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}

/** What of a key may be shown: its first and last characters, of a short one less. */
export const keyHint = (key: string): string =>
  key.length < 24 ? `${key.slice(0, 2)}…` : `${key.slice(0, 6)}…${key.slice(-2)}`;
