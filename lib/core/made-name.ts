import { newId } from "../domain/ids.ts";

/** A canonical name that nobody has: letters and digits of the name, else `noun`, and the end of a new id. */
export function madeName(name: string, noun: string): string {
  const word = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "_")
    .replace(/^[^a-z]+|_+$/gu, "")
    .slice(0, 60);
  return `${word || noun}_${newId().replaceAll("-", "").slice(-12)}`;
}
