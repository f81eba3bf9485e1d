import type { ChatBody } from "./chat-request.ts";

/** What is known of a request besides its body. */
export type About = {
  /** Tools that the model may do without. */
  readonly optionalTools: ReadonlySet<string>;
  /** The name under which the server gives thoughts. */
  readonly thoughtName: string;
  /** The thoughts of past messages that the server itself made, by the message's place in the request. */
  readonly thoughts: ReadonlyMap<number, string>;
};

/** One thing that servers refuse, and what is sent instead. */
export type Adaptation = {
  /** Names it in what is remembered. */
  readonly name: string;
  /**
   * Where in a refusal it is meant; -1: nowhere. Among those that fit the first place counts, then their order here.
   */
  readonly at: (words: string) => number;
  /** The body without what is refused; the same body where there is nothing of it. */
  readonly change: (body: ChatBody, about: About) => ChatBody;
  /** What is told of it: behind "The model server …". */
  readonly told: string;
  /** Who is known to need it, by documents and reports. */
  readonly servers: string;
  /**
   * Whether a failure of the server (5xx, or none that is told) may teach it too: templates that fail are told so.
   * Absent: only a refused request does, since a server that is broken says many a word.
   */
  readonly isOfTemplate?: (words: string) => boolean;
};

/** Said of what a server does not take. */
export const UNSUPPORTED =
  /unsupported|(?:not|n['o]?t|never|no longer|non) (?:be )?(?:yet )?(?:currently )?(?:an? )?(?:support|allow|permit|recogni|accept|valid|compatib|available|enabled|known|implemented|work|expected|understood)|unrecogni|unknown|unexpected (?:keyword|field|argument|parameter|property|role|input)|incompatib|extra[_ ]|additional propert|deprecated|invalid (?!request|argument|type)|disallow|forbidden|(?:may|can|should) only|only be set|(?:must|should|has to) be (?:set to )?(?:1|unset|omitted|null|removed)|only .{0,80}(?:default|allowed|supported|accepted)|cannot (?:both|be|set|use|specify)|remove|omit/iu;
/** A value that is out of its range is its caller's to mend. */
export const OUT_OF_RANGE =
  /between|range|(?:less|greater|lower|higher|larger|smaller) than|at (?:most|least)|minimum|maximum|[<>]=?\s*-?\d|exceeds/iu;

/** `max_tokens` as people and programs write it: "max_tokens", "maxTokens", "max tokens". */
export const written = (name: string): RegExp =>
  new RegExp(`(?<![a-z])${name.replaceAll("_", "[_ ]?")}(?![a-z]|_)`, "iu");

export const found = (words: string, pattern: RegExp): number => words.search(pattern);

const withMessages = (body: ChatBody, next: ChatBody["messages"]): ChatBody =>
  next === body.messages ? body : { ...body, messages: next };

/** A change of the messages alone. */
export const ofMessages =
  (change: (given: ChatBody["messages"], about: About) => ChatBody["messages"]): Adaptation["change"] =>
  (body, about) =>
    withMessages(body, change(body.messages, about));

/** Meant wherever one of the patterns fits. */
export const pattern =
  (...patterns: readonly RegExp[]): Adaptation["at"] =>
  (words) =>
    patterns.some((one) => one.test(words)) ? 0 : -1;

/** A body without some of its fields; the same where it has none of them. */
export function withoutKeys(body: ChatBody, names: readonly string[]): ChatBody {
  if (!names.some((name) => name in body)) return body;
  return {
    ...Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))),
    messages: body.messages,
  };
}

/** Whether a server failed, and did not refuse; undefined: no status is told. */
export const isFailure = (status: number | undefined): boolean => (status ?? 500) >= 500;

/** Said of a server that fails for now. */
const PASSING =
  /unavailable|not available|time[d -]*out|\bEOF\b|connection|overload|try again|\bretry\b|temporar|crash/iu;

/** Whether a server says that it fails for now: what it says beside that teaches nothing of its models. */
export const isPassing = (status: number | undefined, words: string): boolean =>
  isFailure(status) && PASSING.test(words);
