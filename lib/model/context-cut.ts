import type { ChatBody, WireMessage } from "./chat-request.ts";
import type { Room } from "./context-room.ts";

/** About the tokens of a request. */
export const bodyTokens = ({ messages, tools }: ChatBody): number =>
  Math.ceil((JSON.stringify(messages).length + (tools === undefined ? 0 : JSON.stringify(tools).length)) / 4);

/** Tokens that are left for an answer of which nobody says how long it may be. */
const ANSWER_TOKENS = 1024;
/** Guessing by characters is that far from right. */
const CAUTION = 0.9;

/** The tokens, as `bodyTokens` guesses them, that a body may have so that it has room. */
export function roomyTokens(body: ChatBody, { window: whole, used, room }: Room): number {
  const guessed = bodyTokens(body);
  const window = room ?? whole;
  if (window === null) return Math.floor(guessed / 2);
  const { max_tokens: given } = body;
  const asked = typeof given === "number" ? given : ANSWER_TOKENS;
  const answer = Math.min(asked, Math.floor(window / 2));
  const ratio = used !== null && used > 0 ? guessed / used : 1;
  const target = Math.floor((window - answer) * ratio * CAUTION);
  return target < guessed ? target : Math.floor(guessed / 2);
}

/**
 * A body whose oldest messages are left out until it has at most so many tokens. What begins it, the last question and
 * all behind that stay, and so does the pair of a call and its result. The same body where nothing can be left out.
 */
export function cutToFit(body: ChatBody, tokens: number): ChatBody {
  const { messages } = body;
  const first = messages.findIndex(({ role }) => role !== "system");
  const question = messages.findLastIndex(({ role }) => role === "user");
  if (first < 0 || question <= first) return body;
  const sizes = messages.map((message) => Math.ceil(JSON.stringify(message).length / 4));
  let left = bodyTokens(body);
  let from = first;
  while (from < question && (left > tokens || isCut(messages[from]))) left -= sizes[from++] ?? 0;
  return from === first ? body : { ...body, messages: [...messages.slice(0, first), ...messages.slice(from)] };
}

/** What may not stand first: an answer or a result whose question or call is gone. */
const isCut = (message: WireMessage | undefined): boolean => message?.role !== "user" && message?.role !== "system";
