import type { ChatBody, WireMessage } from "./chat-request.ts";

/** What a refusal says of the room that a prompt has, in tokens; null where it names none. */
export type Room = { readonly window: number | null; readonly used: number | null };

const CONTEXT =
  /context[_ -]?(?:length|size|window|limit)|(?:exceed|larger|longer|more).{0,60}context|maximum (?:context|input|prompt|number of (?:input )?tokens)|max[_ ](?:model|context|input|prompt)[_ ](?:len|tokens|length)|prompt (?:is )?too (?:long|large|big)|(?:input|prompt|messages?|request).{0,40}too (?:long|large|many tokens)|too many (?:input )?tokens|n_ctx|(?:input )?token count.{0,40}exceed|reduce (?:the |your )?(?:length|prompt|input|messages)|truncate to/isu;

/** The room that a refusal is about; null where it is not about room. */
export function roomIn(words: string): Room | null {
  if (!CONTEXT.test(words)) return null;
  const number = (...patterns: readonly RegExp[]): number | null => {
    for (const pattern of patterns) {
      const digits = pattern.exec(words)?.[1]?.replaceAll(/[,_' ]/gu, "");
      if (digits !== undefined && Number(digits) > 0) return Number(digits);
    }
    return null;
  };
  const window = number(
    /n_ctx["':=\s]{1,5}(\d{2,9})/u,
    /(?:maximum|max|limit|window|up to|at most|allowed|available)[a-z_ '"`:=(]{0,60}(\d[\d,]{1,9})/iu,
    /(\d[\d,]{1,9})\s*(?:tokens?\s*)?(?:maximum|max|limit|window|context)/iu,
    />\s*(\d[\d,]{1,9})/u,
    /(?:size|length)[a-z_ '"`:=(]{0,60}(\d[\d,]{1,9})/iu,
  );
  const used = number(
    /n_prompt_tokens["':=\s]{1,5}(\d{2,9})/u,
    /(?:requested|resulted in|has|have|got|count|contains?|given|used|is|length of)[a-z '"`:=(]{0,20}(\d[\d,]{1,9})/iu,
    /(\d[\d,]{1,9})\s*(?:input |prompt )?tokens?\s*(?:in|>|requested|were|was)/iu,
  );
  return { window, used: used !== null && window !== null && used < window / 2 ? null : used };
}

/** About the tokens of a request. */
const bodyTokens = ({ messages, tools }: ChatBody): number =>
  Math.ceil((JSON.stringify(messages).length + (tools === undefined ? 0 : JSON.stringify(tools).length)) / 4);

/** Tokens that are left for an answer of which nobody says how long it may be. */
const ANSWER_TOKENS = 1024;
/** Guessing by characters is that far from right. */
const CAUTION = 0.9;

/** The tokens, as `bodyTokens` guesses them, that a body may have so that it has room. */
export function roomyTokens(body: ChatBody, { window, used }: Room): number {
  const guessed = bodyTokens(body);
  if (window === null) return Math.floor(guessed / 2);
  const { max_tokens: given } = body;
  const asked = typeof given === "number" ? given : ANSWER_TOKENS;
  const answer = Math.min(asked, Math.floor(window / 2));
  const ratio = used !== null && used > 0 ? guessed / used : 1;
  const target = Math.floor((window - answer) * ratio * CAUTION);
  return target < guessed ? target : Math.floor(guessed / 2);
}

/**
 * A body whose oldest messages are left out until it has at most so many tokens. What begins it, the last question and all
 * behind that stay, and so does the pair of a call and its result. The same body where nothing can be left out.
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
