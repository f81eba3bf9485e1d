import type { Usage } from "../domain/model.ts";
import { tokenCount } from "../domain/token-count.ts";
import { fields, isObject } from "./shapes.ts";

// Where servers say what a call came to: OpenAI's names, those of its Responses, of Gemini, of Ollama and of llama.cpp.
const INPUT = [
  "prompt_tokens",
  "input_tokens",
  "promptTokens",
  "promptTokenCount",
  "prompt_eval_count",
  "prompt_n",
] as const;
const OUTPUT = [
  "completion_tokens",
  "output_tokens",
  "completionTokens",
  "candidatesTokenCount",
  "eval_count",
  "predicted_n",
] as const;

type Places = "usage" | "x_groq" | "usageMetadata" | "timings" | "eval_count" | "choices";

export type UsageReader = {
  readonly add: (chunk: unknown) => void;
  /** `hasSaid`: the answer said something. */
  readonly usage: (hasSaid: boolean) => Usage;
};

/**
 * Gathers usage from the chunks of an answer: the last count that makes sense of each kind.
 *
 * A prompt has tokens, and so has an answer that said something: a zero there means that nobody counted.
 */
export function usageReader(): UsageReader {
  let inputTokens: number | null = null;
  let outputTokens: number | null = null;
  const note = (value: unknown) => {
    if (!isObject(value)) return;
    inputTokens = later(inputTokens, first(value, INPUT));
    outputTokens = later(outputTokens, first(value, OUTPUT));
  };
  return {
    add(chunk) {
      const { usage, x_groq, usageMetadata, timings, eval_count } = fields<Places>(chunk);
      if (isObject(usage)) note(usage);
      else if (x_groq !== undefined) note(fields<"usage">(x_groq).usage);
      else if (usageMetadata !== undefined) note(usageMetadata);
      else if (eval_count !== undefined) note(chunk);
      else if (timings !== undefined && inputTokens === null) note(timings);
    },
    usage: (hasSaid) => ({
      inputTokens: inputTokens === 0 ? null : inputTokens,
      outputTokens: outputTokens === 0 && hasSaid ? null : outputTokens,
    }),
  };
}

/** The later of two counts; a zero behind one says that nobody counted there. */
const later = (before: number | null, next: number | null): number | null =>
  next === null || (next === 0 && before !== null) ? before : next;

function first(value: Readonly<Record<string, unknown>>, names: readonly string[]): number | null {
  for (const name of names) {
    const count = value[name] === undefined ? null : tokenCount(value[name]);
    if (count !== null) return count;
  }
  return null;
}
