import { z } from "zod";
import { TOOL_LIMITS } from "../../core/tools/limits.ts";
import { exactJson } from "../../domain/exact-numbers.ts";
import { MOST_FILES } from "../../domain/file.ts";
import { anyJson, callersOwn, jsonObject, LONG_TEXT, list, SHORT_TEXT, text } from "../bounds.ts";
import { integerText } from "../integer-text.ts";

// What callers send to LlamaCloud's beta chat: the project's contract, sections 4 and 8. What they get is in
// answers.ts.

const MAX_PROMPT = 200_000;
const MAX_INDEXES = 10;
const flag = z.enum(["1", "true", "0", "false"]).transform((value) => value === "1" || value === "true");
const fault = (type: string, message: string) => ({ error: message, params: { type } });

/** Scope parameters of every endpoint. They are read from the query; an empty value counts as absent. */
export const ScopeQuery = z.object({
  project_id: z.guid().optional().describe("The account's default project without it"),
  organization_id: z.guid().optional().describe("The account's id, if anything"),
  details: flag.optional().describe("Ours: what a list of sessions needs to show them"),
  event_ids: flag.optional().describe("Ours: ids of events, and `id:` lines in streams"),
});
export type ScopeQuery = z.infer<typeof ScopeQuery>;

export const ListQuery = ScopeQuery.extend({
  page_size: integerText(z.number().min(0)).optional().describe("20 without it, at most 100"),
  page_token: text(SHORT_TEXT).optional().describe("The `next_page_token` of the page before"),
  all_projects: flag.optional().describe("Ours: sessions of every project of the account"),
  archived: z
    .enum(["1", "true", "0", "false", "only"])
    .transform((value) => (value === "only" ? true : value === "1" || value === "true" ? null : false))
    .optional()
    .describe("Ours: whether archived sessions are listed; they are unless this says no, and alone with `only`"),
  title: text(SHORT_TEXT).optional().describe("Ours: a text that is in the title, in capital or small letters"),
});

export const FollowQuery = ScopeQuery.extend({
  after: integerText(z.number().min(0)).optional().describe("The number of the last event that was read"),
  at: text(SHORT_TEXT)
    .optional()
    .describe(
      "Ours: its type and its id, as `type:event_id`; where the turn has gone another way since, it is told from its beginning",
    ),
});

const IndexIds = list(text(SHORT_TEXT), MAX_INDEXES);

export const CreateBody = z.object({
  index_ids: IndexIds.nullish(),
  shared_access: z.enum(["query", "read_only"]).nullish(),
});

export const TitleBody = z.object({
  first_message: text(LONG_TEXT).refine(
    (said) => said.trim() !== "",
    fault("value_error", "Value error, first_message must not be blank"),
  ),
});

export const PatchBody = z.object({
  generated_title: text(200)
    .refine((title) => title.trim() !== "", fault("value_error", "Value error, generated_title must not be blank"))
    .optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  metadata: callersOwn(jsonObject()).optional(),
});

/** The text's length as people count it: in code points. */
const codePoints = (said: string): number => {
  let count = 0;
  for (const _ of said) count++;
  return count;
};

const MAX_ANSWERS = 100;
const { outputCharacters } = TOOL_LIMITS;

/** Ours: what a function gave whose call waits. */
const ToolAnswer = z.object({
  call_id: text(SHORT_TEXT).min(1),
  output: callersOwn(anyJson())
    .refine((output) => output !== undefined, fault("missing", "Field required"))
    .refine(
      (output) => exactJson(output).length <= outputCharacters,
      fault("value_error", `Value error, a result should have at most ${outputCharacters} characters as JSON`),
    ),
  is_error: z.boolean().nullish().describe("Whether it failed: the model is told so"),
});

const Prompt = z
  .string()
  .refine((said) => said.length <= MAX_PROMPT || (said.length <= 2 * MAX_PROMPT && codePoints(said) <= MAX_PROMPT), {
    ...fault("string_too_long", `String should have at most ${MAX_PROMPT} characters`),
    abort: true,
  })
  // For the reference: a code point has at most two units.
  .max(2 * MAX_PROMPT);

const isObject = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Said of whatever was sent. */
const isBlank = (prompt: unknown): boolean => typeof prompt === "string" && prompt.trim() === "";
const isAnswering = (body: object): boolean => "tool_results" in body && body.tool_results != null;

export const StreamBody = z
  .object({
    index_ids: IndexIds,
    prompt: Prompt.optional().describe("Required without tool_results; blank only with attachments"),
    require_all_indexes: z.boolean().nullish(),
    /** Ours, all from here on: see the contract, section 8. */
    message_id: z.guid().nullish(),
    parent_id: z.guid().nullable().optional(),
    instead_of_id: z.guid().nullish().describe("Ours: the message in whose place the new one comes"),
    agent_id: z.guid().nullish(),
    model: text(120).min(1).nullish(),
    attachments: list(z.guid(), MOST_FILES)
      .nullish()
      .describe("Ours: ids of files that were sent to POST /api/app/files, for the question"),
    client_tools: z.boolean().nullish().describe("Ours: whether the caller answers calls of the agent's functions"),
    tool_results: list(ToolAnswer, MAX_ANSWERS)
      .min(1)
      .refine(
        (answers) => new Set(answers.map(({ call_id }) => call_id)).size === answers.length,
        fault("value_error", "Value error, a call is answered once"),
      )
      .nullish()
      .describe("Ours: the results of all calls that wait, instead of a prompt"),
  })
  // Asked whatever else is wrong, since a field that is missing is told with the others.
  .refine((body) => isAnswering(body) || body.prompt !== undefined, {
    ...fault("missing", "Field required"),
    path: ["prompt"],
    when: isObject,
  })
  .refine((body) => !isBlank(body.prompt) || (body.attachments?.length ?? 0) > 0, {
    ...fault("value_error", "Value error, prompt must not be blank"),
    path: ["prompt"],
    when: isObject,
  })
  .refine((body) => !isAnswering(body) || body.prompt === undefined, {
    ...fault("value_error", "Value error, prompt and tool_results are not sent together"),
    path: ["prompt"],
  })
  .refine(({ parent_id, instead_of_id }) => parent_id === undefined || instead_of_id == null, {
    ...fault("value_error", "Value error, give parent_id or instead_of_id, not both"),
    path: ["instead_of_id"],
  });
export type StreamBody = z.infer<typeof StreamBody>;
