import { z } from "zod";
import {
  anyJson,
  callersOwn,
  jsonObject,
  LONG_TEXT,
  list,
  MESSAGE_TEXT,
  MOST_MESSAGES,
  record,
  SHORT_TEXT,
  sized,
  text,
} from "../bounds.ts";
import { integerText } from "../integer-text.ts";
import { CreateTool, WireCall } from "./tools.ts";

// What callers send: the contract, sections 3.1, 3.2, 3.8 and 3.9. Limits are inclusive.

const fault = (type: string, message: string) => ({ error: message, params: { type } });
const JsonObject = jsonObject();
/** What callers note for themselves. */
const Metadata = callersOwn(jsonObject());
/** Parts of a message, calls in it, tools of a call, participants of a session. */
const MOST_PARTS = 1000;
const Id = z.guid().transform((id) => id.toLowerCase());

const penalty = z.number().min(-2).max(2).nullish();
const share = z.number().min(0).max(1).nullish();
const repetition = z.number().min(0).max(2).nullish();

const ResponseFormat = z
  .object({ type: z.enum(["text", "json_object", "json_schema"]).default("text"), json_schema: JsonObject.optional() })
  .refine((format) => format.type !== "json_schema" || format.json_schema !== undefined, {
    ...fault("missing", "Field required"),
    path: ["json_schema"],
  });

/** The settings of a model call, in a request and in an agent's defaults. */
const settings = {
  model: text(120).nullish(),
  temperature: z.number().min(0).max(5).nullish(),
  top_p: share,
  min_p: share,
  frequency_penalty: penalty,
  presence_penalty: penalty,
  repetition_penalty: repetition,
  length_penalty: repetition,
  max_tokens: z.int().min(1).nullish(),
  stop: list(text(SHORT_TEXT), 4).optional(),
  seed: z.int().min(-1).max(1000).nullish(),
  logit_bias: record(z.number().min(-100).max(100)).nullish(),
  response_format: ResponseFormat.nullish(),
};
/** An agent's defaults: with what only its caller understands. */
const AgentSettings = sized(z.object({ ...settings, stop: settings.stop.nullable() }).catchall(anyJson()));
export type AgentSettings = z.output<typeof AgentSettings>;

const IMAGE_DATA = /^data:image\/[\w.+-]{1,100};base64,/iu;
const WEB_ADDRESS = /^https?:\/\//iu;
const LONGEST_ADDRESS = 16_384;
// A template may stand for an address, where templates are rendered.
const isImageUrl = (url: string) =>
  /\{[{%]/u.test(url) ||
  IMAGE_DATA.test(url) ||
  (url.length <= LONGEST_ADDRESS && WEB_ADDRESS.test(url) && URL.canParse(url));

const TextPart = z.object({ type: z.literal("text").default("text"), text: text(MESSAGE_TEXT) });
const ImagePart = z.object({
  type: z.literal("image_url").default("image_url"),
  image_url: z.object({
    url: text(MESSAGE_TEXT).refine(
      isImageUrl,
      fault("url_parsing", "Input should be an http or https URL or a data URL of an image"),
    ),
    detail: z.enum(["low", "high", "auto"]).default("auto"),
  }),
});
const SourcePart = z.object({
  type: z.literal("image").default("image"),
  source: z.object({
    type: z.literal("base64").default("base64"),
    media_type: text(SHORT_TEXT),
    data: text(MESSAGE_TEXT),
  }),
});
const ResultPart = z.object({
  type: z.literal("tool_result").default("tool_result"),
  tool_use_id: text(SHORT_TEXT),
  content: list(z.union([TextPart, SourcePart]), MOST_PARTS),
});
const WirePart = z.union([TextPart, ImagePart, ResultPart]);
export type WirePart = z.output<typeof WirePart>;

/** The contract, 3.2. */
const WireMessage = z.object({
  role: z.enum(["user", "assistant", "system", "tool"]),
  content: z.union([list(WirePart, MOST_PARTS), text(MESSAGE_TEXT), list(text(MESSAGE_TEXT), MOST_PARTS)]).nullish(),
  name: text(SHORT_TEXT).nullish(),
  tool_call_id: text(SHORT_TEXT).nullish(),
  tool_calls: list(WireCall, MOST_PARTS).nullish(),
  continue: z.boolean().nullish(),
});
export type WireMessage = z.output<typeof WireMessage>;

/** The body of chat and render: the contract, 3.1. */
export const ChatInput = z
  .object({
    ...settings,
    messages: list(WireMessage, MOST_MESSAGES).min(1),
    tools: list(CreateTool, MOST_PARTS).nullish(),
    tool_choice: z
      .union([
        z.enum(["auto", "none"]),
        z.object({ function: z.object({ name: text(SHORT_TEXT), arguments: anyJson().optional() }) }),
      ])
      .nullish(),
    remember: z.boolean().default(false),
    recall: z.boolean().default(true),
    recall_tools: z.boolean().default(true),
    save: z.boolean().default(true),
    stream: z.boolean().default(false),
    agent: Id.nullish(),
    metadata: Metadata.nullish(),
    /** Absent: as the session says. */
    auto_run_tools: z.boolean().optional(),
  })
  .meta({ id: "JulepChatInput" });
export type ChatInput = z.output<typeof ChatInput>;

/** The query of a list: the contract, 1.4. Conditions on metadata are among the keys it does not name. */
export const ListQuery = z
  .object({
    limit: integerText(z.number().min(0).max(1000)).default(100),
    offset: integerText(z.number().min(0).max(Number.MAX_SAFE_INTEGER)).default(0),
    sort_by: z.enum(["created_at", "updated_at"]).default("created_at"),
    direction: z.enum(["asc", "desc"]).default("desc"),
  })
  .catchall(anyJson());
export type ListQuery = z.output<typeof ListQuery>;

const CanonicalName = text(255)
  .min(1)
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/u, "Input should have letters, digits and _, and begin with a letter");

const agentFields = {
  name: text(255).min(1),
  canonical_name: CanonicalName.nullish(),
  project: CanonicalName.nullish(),
  about: text(16_000),
  model: text(SHORT_TEXT),
  instructions: z.union([text(LONG_TEXT).transform((said) => [said]), list(text(LONG_TEXT), MOST_PARTS)]),
  default_settings: AgentSettings.nullish(),
  default_system_template: text(LONG_TEXT),
  metadata: Metadata.nullish(),
};

export const AgentBody = z.object({
  ...agentFields,
  about: agentFields.about.default(""),
  model: agentFields.model.default(""),
  instructions: agentFields.instructions.default([]),
  default_system_template: agentFields.default_system_template.nullish(),
});
export type AgentBody = z.output<typeof AgentBody>;
export const AgentPatch = z.object(agentFields).partial();
export type AgentPatch = z.output<typeof AgentPatch>;

const userFields = {
  name: text(120),
  about: text(LONG_TEXT),
  project: CanonicalName.nullish(),
  metadata: Metadata.nullish(),
};
export const UserBody = z.object({
  ...userFields,
  name: userFields.name.default(""),
  about: userFields.about.default(""),
});
export type UserBody = z.output<typeof UserBody>;
export const UserPatch = z.object(userFields).partial();
export type UserPatch = z.output<typeof UserPatch>;

const isLanguage = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

const search = {
  limit: z.int().min(1).max(50).default(10),
  lang: text(100)
    .refine(isLanguage, fault("value_error", "Input should be a language tag such as en-US"))
    .default("en-US"),
  metadata_filter: Metadata.default({}),
  num_search_messages: z.int().min(1).max(50).default(4),
  max_query_length: z.int().min(100).max(10_000).default(1000),
  include_embeddings: z.boolean().default(true),
};
const vector = {
  confidence: z.number().min(-1).max(1).default(0.5),
  mmr_strength: z.number().min(0).lt(1).default(0.5),
};
const words = { trigram_similarity_threshold: z.number().min(0).max(1).nullable().default(null) };

/** How docs are searched in a session: the contract, 3.9. */
export const WireRecall = z.preprocess(
  (value) => (typeof value === "object" && value !== null && !("mode" in value) ? { mode: "vector", ...value } : value),
  z.discriminatedUnion("mode", [
    z.object({ mode: z.literal("vector"), ...search, ...vector }),
    z.object({ mode: z.literal("text"), ...search, ...words }),
    z.object({
      mode: z.literal("hybrid"),
      ...search,
      ...vector,
      ...words,
      alpha: z.number().min(0).max(1).default(0.5),
      k_multiplier: z.int().min(0).default(7),
    }),
  ]),
);
type WireRecall = z.output<typeof WireRecall>;
/** What any mode of a search may say. */
export type AnyRecall = Pick<WireRecall, "mode"> & Partial<Omit<Extract<WireRecall, { mode: "hybrid" }>, "mode">>;

const Piece = text(30_000);

/** A doc to be made: the contract, 3.8. */
export const DocBody = z.object({
  title: text(800),
  content: z.union([Piece.transform((said) => [said]), list(Piece, 1000).min(1)]),
  embed_instruction: text(16_000).nullish(),
  metadata: Metadata.nullish(),
});
export type DocBody = z.output<typeof DocBody>;

const Switch = z
  .enum(["true", "false", "1", "0"], fault("bool_parsing", "Input should be true or false"))
  .transform((word) => word === "true" || word === "1");

/** The query of one doc. */
export const DocQuery = z.object({ include_embeddings: Switch.default(true) });
/** The query of a list of docs. */
export const DocListQuery = ListQuery.extend(DocQuery.shape);
export type DocListQuery = z.output<typeof DocListQuery>;

/** Which docs of an owner go: the contract, 4.9. */
export const BulkDeleteBody = z.object({
  metadata_filter: Metadata.default({}),
  delete_all: z.boolean().default(false),
});

/** A search in the docs of an owner. Its kind follows from what is asked with: a text, a vector, or both. */
export const SearchBody = z
  .object({
    text: text(50_000).nullish(),
    vector: list(z.number(), 10_000).min(1).nullish(),
    limit: search.limit,
    lang: search.lang,
    metadata_filter: search.metadata_filter,
    include_embeddings: search.include_embeddings,
    ...vector,
    ...words,
    alpha: z.number().min(0).max(1).default(0.5),
    k_multiplier: z.int().min(1).max(10).default(5),
  })
  .refine((body) => typeof body.text === "string" || body.vector, {
    ...fault("missing", "Field required"),
    path: ["text"],
  });
export type SearchBody = z.output<typeof SearchBody>;

const EmbedText = text(100_000);
export const EmbedBody = z.object({
  text: z.union([EmbedText.transform((said) => [said]), list(EmbedText, 100).min(1)]),
  embed_instruction: text(16_000).default(""),
});

/** A project to be made: the contract, 3.8. */
export const ProjectBody = z.object({
  canonical_name: CanonicalName.nullish(),
  name: text(255).min(1),
  metadata: Metadata.nullish(),
});
export type ProjectBody = z.output<typeof ProjectBody>;

/** A history's query: ours, since the contract has none. Entries are counted from the oldest. */
export const HistoryQuery = z.object({
  limit: integerText(z.number().min(0).max(1_000_000)).optional(),
  offset: integerText(z.number().min(0).max(Number.MAX_SAFE_INTEGER)).default(0),
});
export type HistoryQuery = z.output<typeof HistoryQuery>;

const sessionFields = {
  situation: text(LONG_TEXT).nullish(),
  system_template: text(LONG_TEXT).nullish(),
  render_templates: z.boolean(),
  token_budget: z.int().min(1).max(2_147_483_647).nullish(),
  context_overflow: z.enum(["truncate", "adaptive"]).nullish(),
  auto_run_tools: z.boolean(),
  forward_tool_calls: z.boolean(),
  recall_options: WireRecall.nullish(),
  metadata: Metadata.nullish(),
};

/** What PUT sets of a session. */
export const SessionBody = z.object({
  ...sessionFields,
  render_templates: z.boolean().default(true),
  auto_run_tools: z.boolean().default(false),
  forward_tool_calls: z.boolean().default(false),
});
export type SessionBody = z.output<typeof SessionBody>;

/** A session to be made, with who takes part in it. */
export const CreateSessionBody = SessionBody.extend({
  agent: Id.nullish(),
  agents: list(Id, MOST_PARTS).nullish(),
  user: Id.nullish(),
  users: list(Id, MOST_PARTS).nullish(),
});
export type CreateSessionBody = z.output<typeof CreateSessionBody>;

/** `recall_options` are checked when they are merged with those that are stored. */
export const SessionPatch = z.object({ ...sessionFields, recall_options: JsonObject.nullish() }).partial();
export type SessionPatch = z.output<typeof SessionPatch>;
