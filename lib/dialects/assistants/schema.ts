import { z } from "zod";
import { booleanWord } from "../boolean-word.ts";
import {
  anyJson,
  callersOwn,
  jsonObject,
  list,
  MESSAGE_TEXT,
  MOST_ISSUES,
  MOST_MESSAGES,
  SHORT_TEXT,
  text,
} from "../bounds.ts";

// Wire shapes of the OpenAI-compatible assistants: the project's contract, sections 2 and 9. Numbers may come as texts
// and booleans as words, as the validator of the document reads them.

type Fault = z.core.$RefinementCtx<unknown>;

/** Says that a value cannot be read as what it should be, in the words of the validator. */
function unreadable(context: Fault, type: string, message: string): void {
  context.addIssue({ code: "custom", message, params: { type } });
}

function lenientFlag(value: unknown, context: Fault): unknown {
  if (typeof value !== "string" && typeof value !== "number") return value;
  const flag = booleanWord(value);
  if (flag !== undefined) return flag;
  unreadable(context, "bool_parsing", "Input should be a valid boolean, unable to interpret input");
  return value;
}

function lenientInt(value: unknown, context: Fault): unknown {
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return value;
  if (/^\s*[-+]?\d{1,15}\s*$/u.test(value)) return Number(value);
  unreadable(context, "int_parsing", "Input should be a valid integer, unable to parse string as an integer");
  return value;
}

function lenientNumber(value: unknown, context: Fault): unknown {
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return value;
  if (value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
  unreadable(context, "float_parsing", "Input should be a valid number, unable to parse string as a number");
  return value;
}

const flag = z.preprocess(lenientFlag, z.boolean());
const int = (least: number, most?: number) =>
  z.preprocess(lenientInt, most === undefined ? z.int().min(least) : z.int().min(least).max(most));
const number = (least: number, most: number) => z.preprocess(lenientNumber, z.number().min(least).max(most));

const WEB_ADDRESS = /^https?:\/\//iu;
const LONGEST_ADDRESS = 16_384;
const isImageUrl = (url: string): boolean =>
  /^data:image\/[\w.+-]{1,100};base64,/iu.test(url) ||
  (url.length <= LONGEST_ADDRESS && WEB_ADDRESS.test(url) && URL.canParse(url));

const TextPart = z.object({ type: z.literal("text"), text: text(MESSAGE_TEXT) });
const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({
    url: text(MESSAGE_TEXT).refine(isImageUrl).describe("An http or https address, or a data URL of an image"),
    detail: z.enum(["low", "high", "auto"]).optional(),
  }),
});
const ContentPart = z.union([TextPart, ImagePart]);
type ContentPart = z.output<typeof ContentPart>;
const MOST_PARTS = 10_000;

const WRONG_PART =
  'Value error, only parts of the form {"type": "text", "text": …} are supported, and {"type": "image_url", "image_url": {"url": …}} with an http or https address or a data URL of an image';

/** A text, or a list of parts. Texts alone are joined; where there are images the parts stay as they are. */
function readContent(value: unknown, context: Fault): unknown {
  if (typeof value === "string") {
    if (value.length > MESSAGE_TEXT) {
      context.addIssue({ code: "too_big", origin: "string", maximum: MESSAGE_TEXT, inclusive: true, input: value });
    }
    return value;
  }
  if (!Array.isArray(value)) {
    context.addIssue({ code: "invalid_type", expected: "string", input: value });
    return value;
  }
  const parts: ContentPart[] = [];
  let faults = 0;
  for (const [n, part] of value.entries()) {
    if (faults === MOST_ISSUES) break;
    const read = ContentPart.safeParse(part);
    if (read.success) parts.push(read.data);
    else {
      faults++;
      context.addIssue({ code: "custom", path: [n], message: WRONG_PART, params: { type: "value_error" } });
    }
  }
  const hasImages = parts.some(({ type }) => type === "image_url");
  return hasImages ? parts : parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

const Content = z.preprocess(
  readContent,
  z.union([text(MESSAGE_TEXT), list(ContentPart, MOST_PARTS)]).describe("A text, or a list of texts and images"),
);

/** Which roles are allowed is said by 400, not here: the contract, 2.1. */
const AssistantMessage = z.object({ role: text(SHORT_TEXT), content: Content });

const StopTexts = z.preprocess((value) => (typeof value === "string" ? [value] : value), list(text(200), 16).min(1));

const ResponseFormat = z.object({
  type: z.enum(["text", "json_object", "json_schema"]),
  json_schema: jsonObject().optional(),
});

export const CompletionBody = z
  .object({
    messages: list(AssistantMessage, MOST_MESSAGES).min(1).describe("The conversation; roles user and assistant"),
    model: text(SHORT_TEXT).nullish().describe("The agent's own model, or nothing"),
    stream: flag.nullish(),
    temperature: number(0, 2).nullish(),
    n: int(1, 16).nullish().describe("How many choices"),
    stop: StopTexts.nullish().describe("A text, or up to 16, at which the answer ends"),
    max_tokens: int(1).nullish(),
    max_completion_tokens: int(1).nullish().describe("Another name of max_tokens; the smaller counts"),
    seed: int(Number.MIN_SAFE_INTEGER).nullish(),
    create_session: flag.nullish().describe("Whether to keep the exchange in a new session"),
    store_in_session: z.guid().nullish().describe("The session to go on with, and to keep the exchange in"),
    top_p: number(0, 1).nullish(),
    frequency_penalty: number(-2, 2).nullish(),
    presence_penalty: number(-2, 2).nullish(),
    response_format: ResponseFormat.nullish(),
    stream_options: z.object({ include_usage: flag.nullish() }).nullish(),
    // Not part of the document; their names are told in a header.
    tools: anyJson().optional(),
    tool_choice: anyJson().optional(),
    functions: anyJson().optional(),
    function_call: anyJson().optional(),
    parallel_tool_calls: anyJson().optional(),
    top_k: anyJson().optional(),
    user: anyJson().optional(),
    metadata: callersOwn(anyJson()).optional(),
  })
  .refine((body) => !(body.create_session && body.store_in_session), {
    error: "Value error, create_session and store_in_session exclude each other",
    params: { type: "value_error" },
  });
export type CompletionBody = z.output<typeof CompletionBody>;

const fields = {
  name: text(256).min(1).nullish(),
  description: text(512).nullish(),
  instructions: text(32_768).nullish(),
  model: text(255).nullish(),
  metadata: callersOwn(jsonObject()).nullish(),
  temperature: number(0, 2).nullish(),
  top_p: number(0, 1).nullish(),
  session_max_ttl: int(1, 2_147_483_647).nullish().describe("Seconds without a write after which a session is gone"),
  allow_caller_system_messages: flag.optional(),
  index_id: z.guid().nullish().describe("The index whose documents are recalled"),
  index_top_n: int(1, 100).nullish().describe("So many passages are recalled"),
  index_similarity_cutoff: number(0, 1)
    .nullish()
    .describe("The least cosine of a passage that is found by its meaning"),
};

/** An assistant to be made, or what is to change of one, where null clears: the contract, section 9. */
export const AssistantBody = z.object(fields);
export type AssistantBody = z.output<typeof AssistantBody>;

export const AssistantListQuery = z.object({
  limit: int(1, 100).default(20),
  order: z.enum(["asc", "desc"]).default("desc"),
  after: text(SHORT_TEXT).optional().describe("The id of the assistant after which the page begins"),
  before: text(SHORT_TEXT).optional().describe("The id of the assistant before which the page ends"),
});
