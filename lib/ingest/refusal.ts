import { ChatError } from "../domain/errors.ts";
import { MOST_CHARACTERS } from "../domain/extraction.ts";

/** The error of a file of which nothing can be made: its sentence is shown to who added the file. */
export const refusal = (sentence: string, cause?: unknown): ChatError =>
  new ChatError("bad-request", sentence, { cause });

export const tooLong = (): ChatError =>
  refusal(`The document has more than ${MOST_CHARACTERS / 1_000_000} million characters. Split it into smaller files.`);

export const hasNoText = (): ChatError => refusal("The file has no text.");

/** No document that somebody has written nests deeper; the parser takes longer for each tag the deeper it is. */
const DEEPEST = 5000;

/** Throws a sentence where elements are nested too deeply. */
export function checkDepth(depth: number): void {
  if (depth > DEEPEST) throw refusal(`The document nests its elements over ${DEEPEST} deep.`);
}
