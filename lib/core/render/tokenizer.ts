import { approximateTokens } from "./tokens.ts";

/** Counts tokens as one family of models does. */
export type Tokenizer = { readonly name: string; readonly count: (text: string) => number };

/** The guess for models whose tokenizer nobody publishes, or that nobody knows. */
export const APPROXIMATE: Tokenizer = { name: "approx", count: approximateTokens };

/** What is longer, one text or several together, is guessed: its exact count would hold up everybody's answers. */
const EXACT_LIMIT_CHARACTERS = 50_000;
/** A word, a run of signs or of spaces is put together by the square of its length; a long one takes seconds. */
const LONG_RUN = /[\p{L}\p{M}]{100}|[^\s\p{L}\p{M}\p{N}]{100}|\s{100}/u;

// Which models have which encoding: OpenAI's tiktoken, model.py.
const FAMILIES = [
  {
    models: /^(?:gpt-5|gpt-4o|gpt-4\.|chatgpt-4o|o\d)/u,
    load: () => import("gpt-tokenizer/encoding/o200k_base"),
    name: "o200k_base",
  },
  { models: /^(?:gpt-4|gpt-3\.5)/u, load: () => import("gpt-tokenizer/encoding/cl100k_base"), name: "cl100k_base" },
] as const;

type Tables = { readonly countTokens: (text: string, options: { disallowedSpecial: Set<string> }) => number };

/**
 * The tokenizer of a model's family, for one occasion: it counts 50,000 characters and guesses the rest. Its tables are
 * loaded at the first ask, which takes some hundred milliseconds; Node keeps them. Where they cannot be loaded the
 * guess stands in, and the next ask tries again.
 */
export async function tokenizerOf(
  model: string,
  load: (family: (typeof FAMILIES)[number]) => Promise<Tables> = (family) => family.load(),
): Promise<Tokenizer> {
  const bare = model.toLowerCase().split("/").at(-1) ?? "";
  const family = FAMILIES.find(({ models }) => models.test(bare));
  const tables = family ? await load(family).catch(() => null) : null;
  if (!family || !tables) return APPROXIMATE;
  // What reads like a token of control is text here, whoever wrote it.
  const options = { disallowedSpecial: new Set<string>() };
  let left = EXACT_LIMIT_CHARACTERS;
  return {
    name: family.name,
    count(text) {
      if (text.length > left || LONG_RUN.test(text)) return approximateTokens(text);
      left -= text.length;
      return tables.countTokens(text, options);
    },
  };
}
