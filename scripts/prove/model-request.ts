import type { IncomingMessage } from "node:http";
import { bare, tagsOf } from "./texts.ts";

// What is asked of the model, and what a strict server refuses of it.

/** A prompt as it came in. */
export type ModelCall = {
  readonly at: number;
  /** Which instance asked. */
  readonly instance: number;
  /** The question that is to be answered. */
  readonly tag: string;
  /** What a broken-off answer had said, where the call is to go on with it; else null. */
  readonly said: string | null;
  /** Everything before the question: `spoken` of it. */
  readonly before: string;
};

export type ChatMessage = { readonly role: string; readonly content: unknown; readonly tool_calls?: unknown };

export const MODEL = "prove-model";
const CONTINUE = /^Your last message broke off\. Continue exactly where it stopped/u;
const ROLES = ["system", "user", "assistant", "tool"];

/** What was said, without spaces, each change of the speaker marked. */
export function spoken(messages: readonly { readonly role: string; readonly text: string }[]): string {
  let all = "";
  let last = "";
  for (const { role, text } of messages) {
    if (bare(text) === "") continue;
    if (role !== last) all += `<${role}>`;
    all += bare(text);
    last = role;
  }
  return all;
}

/** What a strict server refuses of a request's form; null: nothing. */
export function faultOf({ url, method, headers }: IncomingMessage, body: unknown): string | null {
  if (method !== "POST" || !url?.endsWith("/v1/chat/completions")) return `No such endpoint: ${method} ${url}`;
  if (!headers.authorization?.startsWith("Bearer ")) return "No API key";
  if (!headers["content-type"]?.startsWith("application/json")) return "The body is not marked as JSON";
  if (typeof body !== "object" || body === null) return "The body is no object";
  // Nothing is known of it but that it is an object.
  const { model, stream, messages, tools, max_tokens } = body as Readonly<Record<string, unknown>>;
  if (model !== MODEL) return `No such model: ${model}`;
  if (stream !== true) return "Only streams";
  if (tools !== undefined && (!Array.isArray(tools) || tools.length === 0)) return "tools must not be empty";
  if (max_tokens !== undefined && !(Number.isInteger(max_tokens) && Number(max_tokens) > 0)) return "max_tokens";
  if (!Array.isArray(messages) || messages.length === 0) return "messages must not be empty";
  for (const [n, message] of messages.entries()) {
    const fault = messageFault(message, n);
    if (fault !== null) return `messages[${n}]: ${fault}`;
  }
  return messages.at(-1)?.role === "user" ? null : "The last message must be the user's";
}

function messageFault(message: unknown, n: number): string | null {
  if (typeof message !== "object" || message === null) return "no object";
  // As above.
  const { role, content, tool_calls } = message as ChatMessage;
  if (!ROLES.includes(role)) return `unknown role ${role}`;
  if (role === "system" && n > 0) return "a system message that is not the first";
  if (role === "tool" || tool_calls !== undefined) return "nobody has offered tools";
  if (typeof content !== "string") return "the content is no text";
  return content.trim() === "" ? "the content is empty" : null;
}

/** What is asked for, or what is wrong with it. */
export function callOf(messages: readonly ChatMessage[], instance: number): ModelCall | string {
  const line = messages.flatMap(({ role, content }) => (role === "system" ? [] : [{ role, text: String(content) }]));
  const isContinued = CONTINUE.test(line.at(-1)?.text ?? "");
  if (isContinued) line.pop();
  const said: string[] = [];
  while (isContinued && line.at(-1)?.role === "assistant") said.unshift(line.pop()?.text ?? "");
  if (isContinued && said.length === 0) return "Continue what? There is no message that broke off";
  const asked = line.pop();
  const tag = tagsOf(asked?.text ?? "").at(-1);
  if (asked?.role !== "user" || tag === undefined) return `No question: ${asked?.text}`;
  // A server may join a question to one that had no answer.
  const earlier = asked.text.slice(0, asked.text.lastIndexOf("Question ["));
  const before = spoken([...line, { role: "user", text: earlier }]);
  return { at: Date.now(), instance, tag, said: isContinued ? said.join("") : null, before };
}

/** What is missing of an answer that broke off; null where it is not the beginning of the right one. */
export function restOf(whole: string, said: string): string | null {
  const length = bare(said).length;
  let passed = 0;
  let at = 0;
  while (passed < length && at < whole.length) passed += bare(whole[at++] ?? "").length;
  if (bare(whole.slice(0, at)) !== bare(said)) return null;
  const rest = whole.slice(at);
  return said.endsWith(" ") ? rest.trimStart() : rest;
}
