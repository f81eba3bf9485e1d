import type { LanguageModelV4Message } from "@ai-sdk/provider";
import { exactJson, exactValue } from "../domain/exact-numbers.ts";
import type { ReadyMessage, ReadyPart } from "../domain/model.ts";
import { shortId } from "./adapt-messages.ts";
import { keptOfCall, keptThoughts } from "./sealed-thoughts.ts";
import { isObject } from "./shapes.ts";

// Prompts as provider packages take them.

export type PromptRules = {
  /** Who is asked, as what is kept of answers is named; null: nothing goes back. */
  readonly from: string | null;
  /** One system message, first; then user and assistant in turns, the user first. */
  readonly isStrict?: boolean;
  /** Calls have ids of nine letters and digits. */
  readonly hasShortIds?: boolean;
};

type Assistant = Extract<ReadyMessage, { role: "assistant" }>;

/** Messages for a provider package. What another provider sealed into an answer stays here. */
export function packagePrompt(messages: readonly ReadyMessage[], rules: PromptRules): LanguageModelV4Message[] {
  const fitted = rules.isStrict ? inTurns(systemFirst(messages)) : messages;
  const idOf = (id: string) => (rules.hasShortIds ? shortId(id) : id);
  return fitted.map((prompt): LanguageModelV4Message => {
    switch (prompt.role) {
      case "system":
        return { role: "system", content: prompt.text };
      case "user":
        return { role: "user", content: prompt.parts.map(part) };
      case "assistant":
        return { role: "assistant", content: assistantParts(prompt, rules.from, idOf) };
      case "tool":
        return { role: "tool", content: [resultPart(prompt, idOf)] };
      default:
        return prompt satisfies never;
    }
  });
}

function assistantParts({ text, calls, provider }: Assistant, from: string | null, idOf: (id: string) => string) {
  const own = provider !== undefined && provider.from === from ? provider : null;
  // Thoughts go back with calls alone: elsewhere nobody asks for them.
  const thoughts = own && calls.length > 0 ? keptThoughts(own.fields) : [];
  return [
    ...thoughts.map((one) => ({ type: "reasoning" as const, ...one })),
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...calls.map((call) => ({
      type: "tool-call" as const,
      toolCallId: idOf(call.callId),
      toolName: call.name,
      // A model may have written what is no object; the result of the call says so.
      input: isObject(call.input) ? exactValue(call.input) : {},
      providerOptions: keptOfCall(own?.calls?.[call.callId]),
    })),
  ];
}

function resultPart(
  { callId, name, output, isError }: Extract<ReadyMessage, { role: "tool" }>,
  idOf: (id: string) => string,
) {
  const isText = typeof output === "string";
  return {
    type: "tool-result" as const,
    toolCallId: idOf(callId),
    toolName: name,
    output: isText && isError ? { type: "error-text" as const, value: output } : textOutput(output),
  };
}

const textOutput = (output: unknown) => ({
  type: "text" as const,
  value: typeof output === "string" ? output : exactJson(output),
});

function part(prompt: ReadyPart): Extract<LanguageModelV4Message, { role: "user" }>["content"][number] {
  if (prompt.type === "text") return { type: "text", text: prompt.text };
  const data = /^data:(image\/[\w.+-]+);base64,(.*)$/su.exec(prompt.url);
  const providerOptions = prompt.detail ? { openai: { imageDetail: prompt.detail } } : undefined;
  if (data) {
    const [, mediaType = "image/png", bytes = ""] = data;
    return { type: "file", mediaType, data: { type: "data", data: bytes }, providerOptions };
  }
  return { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(prompt.url) }, providerOptions };
}

/** The system messages at the beginning as one, and each later one as a note of the user's that says so. */
function systemFirst(messages: readonly ReadyMessage[]): ReadyMessage[] {
  const first = messages.findIndex(({ role }) => role !== "system");
  const head = messages.slice(0, first < 0 ? messages.length : first);
  const texts = head.flatMap((one) => (one.role === "system" ? one.text : []));
  const rest = messages.slice(head.length).map((one): ReadyMessage => {
    if (one.role !== "system") return one;
    return { role: "user", parts: [{ type: "text", text: `Note of the system: ${one.text}` }] };
  });
  return [...(texts.length === 0 ? [] : [{ role: "system" as const, text: texts.join("\n\n") }]), ...rest];
}

const said = (text: string): ReadyMessage => ({ role: "user", parts: [{ type: "text", text }] });

/** User and assistant in turns, the user first and, but for results of calls, last. */
function inTurns(messages: readonly ReadyMessage[]): ReadyMessage[] {
  const turns: ReadyMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === "user" && message.role === "user") {
      turns[turns.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
    } else if (last?.role === "assistant" && message.role === "assistant" && last.calls.length === 0) {
      const text = [last.text, message.text].filter((one) => one !== "").join("\n\n");
      turns[turns.length - 1] = { ...message, text };
    } else turns.push(message);
  }
  const first = turns.findIndex(({ role }) => role !== "system");
  if (first < 0 || turns[first]?.role !== "user") {
    turns.splice(first < 0 ? turns.length : first, 0, said("(The conversation begins.)"));
  }
  const last = turns.at(-1);
  if (last?.role === "assistant" && last.calls.length === 0) turns.push(said("Go on."));
  return turns;
}
