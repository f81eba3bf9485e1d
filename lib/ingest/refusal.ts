import { ChatError } from "../domain/errors.ts";
import { MOST_CHARACTERS } from "../domain/extraction.ts";

/** The error of a file of which nothing can be made: its sentence is shown to who added the file. */
export const refusal = (sentence: string, cause?: unknown): ChatError =>
  new ChatError("bad-request", sentence, { cause });

export const tooLong = (): ChatError =>
  refusal(`The document has more than ${MOST_CHARACTERS / 1_000_000} million characters. Split it into smaller files.`);

export const hasNoText = (): ChatError => refusal("The file has no text.");
