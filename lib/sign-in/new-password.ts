import { ChatError } from "../domain/errors.ts";
import type { Parley } from "../server/parley.ts";
import { isCommonPassword } from "./common-password.ts";
import { hashInLine } from "./tries.ts";

/**
 * What hashes a password that somebody has chosen for an address, when it is its turn. Throws "invalid" for one that is
 * tried first by whoever guesses, and "rate-limited".
 */
export const checkedHash =
  (parley: Parley, request: Request, email: string | null) =>
  async (password: string): Promise<string> => {
    if (!isCommonPassword(password, email)) return hashInLine(parley, request, password);
    const message = "This password is among the first that are tried. Use several words, or let your browser make one.";
    throw new ChatError("invalid", message, { noun: "account", field: "password" });
  };
