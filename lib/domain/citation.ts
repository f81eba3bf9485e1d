/**
 * "[2]", "[2, 3]" and "[2][3]": how an answer names its sources. Not directly behind a letter that has case, a digit or
 * a closing bracket, where it is an index of something; writing without spaces has no such letters.
 */
export const CITATION = /(?<![\p{Lu}\p{Ll}\p{Nd}_)\]])(?:\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+/gu;

/** The same text, of the same length, in which nothing names a source: copied into an answer it is no citation. */
export const withoutCitations = (text: string): string =>
  text.replaceAll(CITATION, (whole) => whole.replaceAll("[", "［").replaceAll("]", "］"));
