import { z } from "zod";
import { SLUG } from "../../core/bots.ts";
import { booleanWord } from "../boolean-word.ts";
import { text as boundedText, list, SHORT_TEXT } from "../bounds.ts";

// Wire shapes of bot chat: the project's contract, sections 2, 5 and 6. Values are coerced as the validator of the
// document does it: numbers and booleans become texts, words and 0 and 1 become booleans.

const TEXT_LIMIT = 100_000;

/** A number as its text, a boolean as Python spells it. */
function asText(value: unknown): unknown {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : value;
}

const asFlag = (value: unknown): unknown =>
  typeof value === "string" || typeof value === "number" ? (booleanWord(value) ?? value) : value;

const text = (limit: number) => z.preprocess(asText, boundedText(limit));
const flag = z.preprocess(asFlag, z.boolean());
const wholeNumber = (value: unknown) =>
  typeof value === "string" && /^\s*-?\d{1,15}\s*$/u.test(value) ? Number(value) : value;
const anyNumber = (value: unknown) =>
  typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;

const ChatMessage = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: text(TEXT_LIMIT),
});

/** A rule about two fields, said of the whole body; left out where one of the two is at fault already. */
const rule = (fields: readonly [string, string], message: string) => ({
  path: ["__root__"],
  error: message,
  params: { type: "value_error" },
  when: ({ value, issues }: { readonly value: unknown; readonly issues: readonly { readonly path?: unknown[] }[] }) =>
    typeof value === "object" &&
    value !== null &&
    !issues.some(({ path = [] }) => path.length === 0 || fields.some((field) => field === path[0])),
});

export const ChatBody = z
  .object({
    bot_uid: text(TEXT_LIMIT).nullish().describe("The bot's id"),
    bot_slug: text(TEXT_LIMIT).nullish().describe("The bot's readable name, such as taxson"),
    prompt: text(TEXT_LIMIT).nullish().describe("One question; with messages it comes after them"),
    messages: list(ChatMessage, 200).nullish().describe("The conversation so far"),
    stream: flag.describe("Whether to answer as an event stream"),
    user_id: text(256).nullish().describe("Whom the caller asks for; kept as a hash"),
  })
  .refine(
    (body) => Boolean(body.bot_uid) || Boolean(body.bot_slug),
    rule(["bot_uid", "bot_slug"], 'Either "bot_uid" or "bot_slug" is required'),
  )
  .refine(
    (body) => Boolean(body.prompt) || (body.messages?.length ?? 0) > 0,
    rule(["prompt", "messages"], 'Either "prompt" or "messages" is required'),
  );
export type ChatBody = z.output<typeof ChatBody>;

const Slug = boundedText(SHORT_TEXT).regex(SLUG, {
  error: "2 to 63 lower-case letters, digits and hyphens, the first no hyphen",
});

const fields = {
  slug: Slug.nullish(),
  name: text(255).refine((name) => name.trim() !== "", { error: "must not be blank", params: { type: "value_error" } }),
  description: text(2000),
  instructions: text(32_768),
  model: text(255).nullish(),
  temperature: z.preprocess(anyNumber, z.number().min(0).max(2)).nullish(),
  max_tokens: z.preprocess(wholeNumber, z.int().min(1)).nullish(),
  is_public: flag,
};

/** A bot to be made: the contract, section 6. */
export const BotBody = z.object({
  ...fields,
  description: fields.description.default(""),
  instructions: fields.instructions.default(""),
  is_public: fields.is_public.default(false),
});
export type BotBody = z.output<typeof BotBody>;

/** What is to change of a bot; null clears a slug, a model or a setting. */
export const BotPatch = z.object({
  ...fields,
  name: fields.name.optional(),
  description: fields.description.optional(),
  instructions: fields.instructions.optional(),
  is_public: fields.is_public.optional(),
});
export type BotPatch = z.output<typeof BotPatch>;

export const BotListQuery = z.object({
  limit: z.preprocess(wholeNumber, z.int().min(1).max(1000)).default(100),
  offset: z.preprocess(wholeNumber, z.int().min(0)).default(0),
});
