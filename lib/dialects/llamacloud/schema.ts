import { z } from "zod";
import { integerText } from "../integer-text.ts";

// What callers send to LlamaCloud's beta chat: the project's contract, sections 4 and 8. What they get is in answers.ts.

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
  page_token: z.string().optional().describe("The `next_page_token` of the page before"),
  all_projects: flag.optional().describe("Ours: sessions of every project of the account"),
  archived: flag.optional().describe("Ours: whether archived sessions are listed; they are unless this says no"),
});

export const FollowQuery = ScopeQuery.extend({
  after: integerText(z.number().min(0)).optional().describe("The number of the last event that was read"),
});

const IndexIds = z.array(z.string()).max(MAX_INDEXES);

export const CreateBody = z.object({
  index_ids: IndexIds.nullish(),
  shared_access: z.enum(["query", "read_only"]).nullish(),
});

export const TitleBody = z.object({
  first_message: z
    .string()
    .refine((text) => text.trim() !== "", fault("value_error", "Value error, first_message must not be blank")),
});

export const PatchBody = z.object({
  generated_title: z
    .string()
    .refine((text) => text.trim() !== "", fault("value_error", "Value error, generated_title must not be blank"))
    .max(200)
    .optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** The text's length as people count it: in code points. */
const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

export const StreamBody = z.object({
  index_ids: IndexIds,
  prompt: z
    .string()
    .refine(
      (text) => text.length <= MAX_PROMPT || codePoints(text) <= MAX_PROMPT,
      fault("string_too_long", `String should have at most ${MAX_PROMPT} characters`),
    )
    .refine((text) => text.trim() !== "", fault("value_error", "Value error, prompt must not be blank")),
  require_all_indexes: z.boolean().nullish(),
  /** Ours, all from here on: see the contract, section 8. */
  message_id: z.guid().nullish(),
  parent_id: z.guid().nullable().optional(),
  agent_id: z.guid().nullish(),
  model: z.string().min(1).max(120).nullish(),
});
export type StreamBody = z.infer<typeof StreamBody>;

/** Ours: the companion routes of the contract, section 8. */
export const CreateIndexBody = z.object({
  name: z
    .string()
    .max(255)
    .refine((text) => text.trim() !== "", {
      error: "Value error, name must not be blank",
      params: { type: "value_error" },
    }),
  description: z.string().max(4000).nullish(),
});
