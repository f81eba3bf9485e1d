import { exactJson } from "../domain/exact-numbers.ts";
import { fields, isObject, items, text } from "./shapes.ts";
import type { Stretch } from "./think-tags.ts";

type Names =
  | "type"
  | "text"
  | "thinking"
  | "reasoning"
  | "reasoning_content"
  | "summary"
  | "refusal"
  | "content"
  | "output_text";

/**
 * The stretches of a content: a text, a list of parts, or one part. Thoughts stand in parts as a text, or as a list of
 * parts themselves (Mistral). Parts without words, such as references and images, are passed over.
 */
export function contentStretches(content: unknown): Stretch[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (isObject(content)) return partStretches(content);
  return items(content).flatMap((part) =>
    typeof part === "string" ? contentStretches(part) : isObject(part) ? partStretches(part) : [],
  );
}

function partStretches(value: object): Stretch[] {
  const part = fields<Names>(value);
  const kind = text(part.type);
  if (/think|reason|thought/u.test(kind)) {
    const { thinking, reasoning, reasoning_content, summary, text: own, content } = part;
    const thoughts = [thinking, reasoning, reasoning_content, summary, own, content]
      .map(wordsOf)
      .find((one) => one !== "");
    return thoughts === undefined ? [] : [{ kind: "reasoning", text: thoughts }];
  }
  const said = wordsOf(part.text ?? part.output_text ?? part.refusal ?? (kind === "" ? part.content : undefined));
  return said === "" ? [] : [{ kind: "text", text: said }];
}

/** The words of a text, of a part, or of a list of them. */
export function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(wordsOf).join("");
  if (!isObject(value)) return "";
  const { text: own, thinking, summary, content, value: inner } = value;
  return wordsOf(own ?? thinking ?? summary ?? content ?? inner);
}

/** The names under which servers give thoughts beside the content. */
export const THOUGHT_NAMES = ["reasoning_content", "reasoning", "reasoning_text", "thinking", "thought"] as const;

/** The thoughts beside a content, and the name under which they stand: the first that has words. */
export function thoughtsOf(delta: object): { readonly name: string; readonly words: string } | null {
  const given = fields<
    (typeof THOUGHT_NAMES)[number] | "reasoning_details" | "thinking_blocks" | "provider_specific_fields"
  >(delta);
  for (const name of THOUGHT_NAMES) {
    const value = given[name];
    if (value === undefined || value === null || value === "") continue;
    const words = wordsOf(value);
    if (words !== "") return { name, words };
  }
  // OpenRouter and LiteLLM tell them here too, and some behind them here alone.
  const aside =
    given.reasoning_details ??
    given.thinking_blocks ??
    fields<"reasoning_content">(given.provider_specific_fields).reasoning_content;
  const words = aside === undefined ? "" : wordsOf(aside);
  return words === "" ? null : { name: "", words };
}

/** Arguments as text, whether they came as text, as a value, or not at all. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : exactJson(value);
}
