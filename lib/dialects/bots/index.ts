import { wholeAnswer } from "../../core/turn/answer-text.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Dialect } from "../dialect.ts";
import { decodeTurn } from "./decode.ts";
import { botFailure } from "./errors.ts";
import { botIssues } from "./faults/issues.ts";
import { botsPolicy } from "./policy.ts";
import { botsSample } from "./samples.ts";
import type { ChatBody } from "./schema.ts";
import { botFrames, FIRST_FRAME } from "./stream.ts";

/** A chat with a bot. */
type Asked = { readonly agent: Agent; readonly body: ChatBody };

/** Bot chat: a key, or none for a public bot, from pages of any origin. */
export const bots = {
  name: "bots",
  label: "Bots",
  prefixes: ["/v1"],
  credentials: "key",
  isOfOneAgent: true,
  cors: true,
  bodyLimitBytes: 1024 * 1024,
  onlyJson: true,
  issues: botIssues,
  // The validator of the document reads a list of pairs as an object, so one of none is an empty object.
  bodyOf: (value) => (Array.isArray(value) && value.length === 0 ? {} : value),
  policy: botsPolicy,
  decode: ({ agent, body }) => [decodeTurn(agent, body)],
  isStream: ({ body }) => body.stream,
  begins: "accepted",
  firstFrame: FIRST_FRAME,
  frames: ([turn]) => botFrames(turn),
  answer: ([{ events }]) => ({ content: wholeAnswer(events) }),
  failure: botFailure,
  reference: async () => (await import("./reference.ts")).botsReference,
  sample: botsSample,
} satisfies Dialect<Asked>;

export { decodeBot, decodeBotPatch } from "./decode.ts";
export { encodeBot } from "./encode.ts";
export { BotBody, BotListQuery, BotPatch, ChatBody } from "./schema.ts";
