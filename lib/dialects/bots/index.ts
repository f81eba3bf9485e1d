import { botFailure } from "./errors.ts";
import { botIssues } from "./issues.ts";

/** Bot chat as a surface: a key, or none for a public bot, from pages of any origin. */
export const bots = {
  name: "bots",
  credentials: "key",
  cors: true,
  bodyLimitBytes: 1024 * 1024,
  onlyJson: true,
  issues: botIssues,
  // The validator of the document reads a list of pairs as an object, so one of none is an empty object.
  bodyOf: (value: unknown) => (Array.isArray(value) && value.length === 0 ? {} : value),
  failure: botFailure,
} as const;

export { decodeBot, decodeBotPatch, decodeTurn } from "./decode.ts";
export { encodeBot } from "./encode.ts";
export { BotBody, BotListQuery, BotPatch, ChatBody } from "./schema.ts";
export { botFrames, FIRST_FRAME } from "./stream.ts";
