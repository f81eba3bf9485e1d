import { createHash } from "node:crypto";
import type { WireCall, WireMessage, WirePart } from "./chat-request.ts";

// Messages made to fit what a server takes of them. Each function gives the same list back where there is nothing to
// change.

type Messages = readonly WireMessage[];

const changed = (messages: Messages, change: (message: WireMessage, n: number) => WireMessage): Messages => {
  const next = messages.map(change);
  return next.every((message, n) => message === messages[n]) ? messages : next;
};

const isParts = (content: WireMessage["content"]): content is readonly WirePart[] => Array.isArray(content);

/** The text of a content that is one, or holds nothing but texts; null where it holds something else. */
function contentText(content: WireMessage["content"]): string | null {
  if (content === undefined || content === null) return "";
  if (!isParts(content)) return content;
  return content.every((part) => part.type === "text") ? content.map((part) => part.text ?? "").join("\n") : null;
}

/** Lists of texts as one text, and no content as an empty one. What holds an image stays. */
export const textContent = (messages: Messages): Messages =>
  changed(messages, (message) => {
    if (typeof message.content === "string") return message;
    const text = contentText(message.content);
    return text === null ? message : { ...message, content: text };
  });

const UNSEEN: WirePart = { type: "text", text: "[An image is attached. It cannot be seen here.]" };

/** Words in the place of images; what is words alone then is one text. */
export const withoutImages = (messages: Messages): Messages =>
  changed(messages, (message) => {
    if (!isParts(message.content) || !message.content.some(({ type }) => type === "image_url")) return message;
    const content = message.content.map((part) => (part.type === "image_url" ? UNSEEN : part));
    return { ...message, content: contentText(content) ?? content };
  });

/** Something in place of an empty content: servers refuse it, and a message that is left out would break the order. */
export const noEmptyContent = (messages: Messages): Messages =>
  changed(messages, (message) => {
    const text = contentText(message.content);
    if (text === null || text.trim() !== "") return message;
    return { ...message, content: message.role === "tool" ? "(no output)" : "…" };
  });

/** The system messages at the beginning as one, and each later one as a user message that says so. */
export function oneSystemMessage(messages: Messages): Messages {
  const first = messages.findIndex(({ role }) => role !== "system");
  const count = first < 0 ? messages.length : first;
  const head = messages.slice(0, count);
  const rest = changed(messages.slice(count), (message) =>
    message.role === "system"
      ? { role: "user", content: `Note of the system: ${contentText(message.content) ?? ""}` }
      : message,
  );
  if (count < 2 && rest.every((message, n) => message === messages[count + n])) return messages;
  return count === 0 ? rest : [joined(head, "system"), ...rest];
}

/** System messages as part of the user's next one: for templates without a system role. */
export function noSystemMessage(messages: Messages): Messages {
  return changed(messages, (message) => (message.role === "system" ? { ...message, role: "user" } : message));
}

const BEGINNING: WireMessage = { role: "user", content: "(The conversation begins.)" };
const NO_ANSWER: WireMessage = { role: "assistant", content: "(There was no answer.)" };
const GO_ON: WireMessage = { role: "user", content: "Go on." };

/**
 * User and assistant in turns, the user first and last: neighbours of one role are one message. Calls and their results
 * stay as they are, since templates count neither.
 */
export function alternatingRoles(messages: Messages): Messages {
  const turns: WireMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    const isSame = last?.role === message.role && (message.role === "user" || message.role === "assistant");
    if (isSame && !last.tool_calls && !message.tool_calls)
      turns[turns.length - 1] = joined([last, message], message.role);
    else if (isSame && !last.tool_calls && last.content) {
      // What was said before calls belongs to them.
      turns[turns.length - 1] = { ...message, content: joined([last, message], "assistant").content };
    } else {
      // Something stands between the two, such as a call or a system message: so does a note of the other.
      const isTwice = isSpoken(message) && lastSpeaker(turns) === message.role;
      if (isTwice) turns.push(message.role === "user" ? NO_ANSWER : GO_ON);
      turns.push(message);
    }
  }
  const first = turns.findIndex(({ role }) => role !== "system");
  if (first >= 0 && turns[first]?.role !== "user") turns.splice(first, 0, BEGINNING);
  const last = turns.at(-1);
  if (last?.role === "assistant" && !last.tool_calls) turns.push(GO_ON);
  const isUnchanged = turns.length === messages.length && turns.every((message, n) => message === messages[n]);
  return isUnchanged ? messages : turns;
}

/** Whether templates count a message when they look at whose turn it is: neither calls nor results are. */
const isSpoken = ({ role, tool_calls }: WireMessage): boolean =>
  (role === "user" || role === "assistant") && !tool_calls;

const lastSpeaker = (turns: Messages): string | undefined => turns.findLast(isSpoken)?.role;

/** Several messages as one: their texts by blank lines, or all parts where there are images. */
function joined(messages: Messages, role: string): WireMessage {
  const texts = messages.map(({ content }) => contentText(content));
  const { name } = messages[0] ?? {};
  const isOfOne = name !== undefined && messages.every((message) => message.name === name);
  const head = { role, ...(isOfOne ? { name } : {}) };
  if (texts.every((text) => text !== null)) {
    return { ...head, content: texts.filter((text) => text !== "").join("\n\n") };
  }
  const parts = messages.flatMap(({ content }): readonly WirePart[] =>
    isParts(content) ? content : content ? [{ type: "text", text: content }] : [],
  );
  return { ...head, content: parts };
}

/** Calls under ids of nine letters and digits, the same for the same id. */
export function shortCallIds(messages: Messages): Messages {
  return changed(messages, (message) => {
    if (message.tool_call_id !== undefined) return { ...message, tool_call_id: shortId(message.tool_call_id) };
    if (!message.tool_calls) return message;
    return { ...message, tool_calls: message.tool_calls.map((call) => ({ ...call, id: shortId(call.id) })) };
  });
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** An id of nine letters and digits, the same for the same id. */
export function shortId(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/u.test(id)) return id;
  const bytes = createHash("sha256").update(id).digest().subarray(0, 9);
  return [...bytes].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join("");
}

/** Calls and results in words: for servers that know no tools. */
export function callsInWords(messages: Messages): Messages {
  const names = new Map(
    messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name] as const)),
  );
  return changed(messages, (message) => {
    if (message.role === "tool") {
      const name = names.get(message.tool_call_id ?? "") ?? "a tool";
      return { role: "user", content: `Result of ${name}: ${contentText(message.content) ?? ""}` };
    }
    if (!message.tool_calls) return message;
    const said = contentText(message.content) ?? "";
    const calls = message.tool_calls.map((call) => `I call ${call.function.name} with ${call.function.arguments}.`);
    return { role: "assistant", content: [said, ...calls].filter((text) => text !== "").join("\n\n") };
  });
}

/** Messages without the names of who speaks. */
export const withoutNames = (messages: Messages): Messages =>
  changed(messages, (message) => {
    if (message.name === undefined) return message;
    const { name: _, ...rest } = message;
    return rest;
  });

/** Messages without some fields, in themselves and in their calls. */
export const withoutFields = (messages: Messages, names: readonly string[]): Messages =>
  changed(messages, (message) => {
    const own = without(message, names);
    const calls = message.tool_calls?.map((call) => without(call, names));
    const isSame = own === message && (calls ?? []).every((call, n) => call === message.tool_calls?.[n]);
    return isSame ? message : { ...own, ...(calls ? { tool_calls: calls } : {}) };
  });

function without<Value extends object>(value: Value, names: readonly string[]): Value {
  if (!names.some((name) => name in value)) return value;
  // What is left has every field that a message must have: none of these is one.
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as Value;
}

/** Assistant messages with a field that a server wants in each: what is not known is said to be so. */
export const withField = (messages: Messages, name: string, value: string): Messages =>
  changed(messages, (message) =>
    message.role === "assistant" && !message[name] ? { ...message, [name]: value } : message,
  );

/**
 * Calls with a signature each: those that another model made, or that lost theirs, with the one that stands for none.
 */
export const withSignatures = (messages: Messages, signature: string): Messages =>
  changed(messages, (message) => {
    if (!message.tool_calls || message.tool_calls.some((call) => "extra_content" in call)) return message;
    const [first, ...more] = message.tool_calls;
    if (!first) return message;
    const signed: WireCall = { ...first, extra_content: { google: { thought_signature: signature } } };
    return { ...message, tool_calls: [signed, ...more] };
  });
