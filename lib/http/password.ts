import { hash, verify } from "@node-rs/argon2";

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, 2 passes, 1 lane. argon2id is the library's default.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Whether a password fits a hash. A missing hash takes as long as a wrong password, and fits none. */
export async function fitsPassword(stored: string | null, password: string): Promise<boolean> {
  absent ??= hashPassword("nobody has this password");
  const fits = await verify(stored ?? (await absent), password);
  return stored !== null && fits;
}

let absent: Promise<string> | undefined;
