import { approximateTokens } from "./tokens.ts";

/** Counts tokens as one family of models does. */
export type Tokenizer = { readonly name: string; readonly count: (text: string) => number };

/** The guess for models whose tokenizer nobody publishes, or that nobody knows. */
export const APPROXIMATE: Tokenizer = { name: "approx", count: approximateTokens };

/** A longer text is guessed: its exact count would hold up everybody's answers. */
const EXACT_LIMIT_CHARACTERS = 50_000;

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
 * The tokenizer of a model's family. Its tables are loaded at the first ask, which takes some hundred milliseconds; Node
 * keeps them. Where they cannot be loaded the guess stands in, and the next ask tries again.
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
  return {
    name: family.name,
    count: (text) =>
      text.length > EXACT_LIMIT_CHARACTERS ? approximateTokens(text) : tables.countTokens(text, options),
  };
}
