import type { FinishReason } from "../domain/model.ts";
import { fields, text } from "./shapes.ts";

type Places = "finish_reason" | "finishReason" | "stop_reason" | "done_reason";

/** What servers say where there is no reason yet. */
const NONE = /^(?:null|none|nil|undefined|.*unspecified|in_?progress|generating|running|continue)$/iu;

/** The reason to end that a chunk, a choice or a delta gives, as a word or an object with one; "": none. */
export function reasonIn(value: unknown): string {
  const { finish_reason, finishReason, stop_reason, done_reason } = fields<Places>(value);
  const given = finish_reason ?? finishReason ?? stop_reason ?? done_reason;
  if (given === undefined || given === null) return "";
  const word = text(given) || text(fields<"type">(given).type) || text(fields<"reason">(given).reason);
  return NONE.test(word) ? "" : word;
}

/** Why an answer ended; "failed": it did not, it broke off. `isKnown` false: nobody has said what the word means. */
export type Ending = { readonly reason: FinishReason | "failed"; readonly isKnown: boolean };

// The words of vendors by what they mean, the first that fits. Whole words first: OpenAI, Azure, Anthropic, Bedrock,
// Gemini, Mistral, Cohere, DeepSeek, Zhipu, xAI, vLLM, SGLang, TGI, llama.cpp, Ollama.
const KINDS: readonly (readonly [pattern: RegExp, reason: Ending["reason"]])[] = [
  [/^(?:stop|eos|eos_token|stop_sequence|end_turn|end|done|complete|completed|finish|finished|normal)$/u, "stop"],
  [/^(?:stop_str|stop_token|stop_word|finish_reason_stop)$/u, "stop"],
  [/incomplete|not_?finished|unfinished|pause/u, "failed"],
  [/user_?stop/u, "stop"],
  [
    /(?:^|_)(?:oom|shut_?down|killed|dead|un_?loaded|expired|deadline|repetition|dropped|stalled)(?:_|$)|out_of_memory/u,
    "failed",
  ],
  [/error|fail|malformed|invalid|unexpected|too_many|abort|cancel|interrupt|time_?out|timed_?out|exception/u, "failed"],
  [/overload|unavailable|insufficient|network|disconnect|resource|preempt|evict|crash|quota|rate_limit/u, "failed"],
  [
    /length|max_?(?:\w+_)?tokens|token_?limit|max_?output|context|n_ctx|cache_full|budget|truncat|cut_?off|out_of_tokens/u,
    "length",
  ],
  [/^(?:limit|partial)$/u, "length"],
  [
    /filter|safety|recitation|block|prohibit|spii|moderat|sensitive|guard|refus|flagged|policy|language|reject|malicious/u,
    "content-filter",
  ],
  [/tool|function|(?:^|_)action/u, "tool-calls"],
  [/stop|eos|end_/u, "stop"],
];

/** What a provider's reason means. A word that nobody knows counts as the model's own end. */
export function endingOf(word: string): Ending {
  const small = word
    .replace(/([a-z])([A-Z])/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[\s-]+/gu, "_");
  const kind = KINDS.find(([pattern]) => pattern.test(small));
  return kind ? { reason: kind[1], isKnown: true } : { reason: "stop", isKnown: false };
}
