import { hash, verify } from "@node-rs/argon2";

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, 2 passes, 1 lane. argon2id is the library's default.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * The hash of a password. However a keyboard composes its letters, the password is the same (NFKC, as NIST SP 800-63B
 * has it).
 */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize("NFKC"), COST);

/** The hash of a random text that nobody has, at the same cost. */
export const STAND_IN =
  "$argon2id$v=19$m=19456,t=2,p=1$/uetyAUC17mQtg4wxJc9Tw$llOCSezAWDljXnrkyPXnmSj35HL0Yc7Anr/Kx/M+JZQ";

/** Whether a password fits a hash. A missing hash takes as long as a wrong password, and fits none. */
export async function fitsPassword(stored: string | null, password: string): Promise<boolean> {
  const against = stored ?? STAND_IN;
  const normal = password.normalize("NFKC");
  // Passwords of earlier versions were hashed as they were typed.
  const fits = (await verify(against, normal)) || (normal !== password && (await verify(against, password)));
  return stored !== null && fits;
}
