import { setImmediate } from "node:timers/promises";
import type { EmbedTexts } from "../domain/model.ts";

/** What it is called wherever an embedding model is named: it says what it is. */
export const HASHED_NGRAMS = "hashed-ngrams";

const DIMENSIONS = 512;
const LONGEST = 5;
/** A longer text is taken by its beginning. */
const MOST_CHARACTERS = 20_000;

/**
 * Embeds texts without a model: the vector of a text counts the beginnings, ends and insides of its words, of three to
 * five characters, each at a place and with a sign that its hash gives. So texts are near each other that share words,
 * forms of words or misspelt ones; it knows nothing of what words mean. For the demo and for tests. Always the same,
 * and costs no tokens.
 */
export const embedHashed: EmbedTexts = async (texts) => {
  const vectors: number[][] = [];
  for (const text of texts) {
    vectors.push(hashedVector(text));
    // A hundred texts take a tenth of a second: others have their turn between them.
    await setImmediate();
  }
  return { vectors, tokens: 0 };
};

function hashedVector(text: string): number[] {
  const counts = new Map<string, number>();
  const words =
    text
      .slice(0, MOST_CHARACTERS)
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  for (const word of words) {
    for (const gram of gramsOf(word)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [gram, count] of counts) {
    const hash = hashOf(gram);
    const at = hash % DIMENSIONS;
    // What is said ten times does not say ten times as much, and long parts of words say more than short ones.
    const weight = (1 + Math.log(count)) * Math.log2(gram.length);
    vector[at] = (vector[at] ?? 0) + (hash & 0x4000_0000 ? weight : -weight);
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/**
 * The parts of a word, with a mark where it begins and ends, and the word itself. A word of one character is one part.
 */
function* gramsOf(word: string): Generator<string> {
  const marked = ["<", ...word, ">"];
  yield marked.join("");
  for (let size = 3; size <= LONGEST; size++) {
    for (let at = 0; at + size < marked.length; at++) yield marked.slice(at, at + size).join("");
  }
}

/** FNV-1a of 32 bits, mixed once more, so that its low bits tell short texts apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0;
}
