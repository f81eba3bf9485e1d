const BEYOND_ASCII = /[^ -~\s]/u;
// The database folds what is said in the same way: see "foldedText" in the migrations.
const MARKS = /[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670]/gu;

/** A text without the marks over its letters, and without the vowel points of Arabic and Hebrew: "Café" is "Cafe". */
export const folded = (text: string): string =>
  BEYOND_ASCII.test(text) ? text.normalize("NFD").replaceAll(MARKS, "").normalize("NFC") : text;

/** A text folded and in lower case; `places` has for each of its units, and its end, where that stands in the text. */
export type Folded = { readonly text: string; readonly places: readonly number[] };

/** Folds a text character by character, so that what is found in it is found in the text. */
export function foldedByPlaces(text: string): Folded {
  const parts: string[] = [];
  const places: number[] = [];
  let at = 0;
  for (const character of text) {
    const part = folded(character).toLowerCase();
    parts.push(part);
    for (let n = 0; n < part.length; n++) places.push(at);
    at += character.length;
  }
  places.push(at);
  return { text: parts.join(""), places };
}
