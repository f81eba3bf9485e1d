import { z } from "zod";
import { count, id, object, time, usage } from "../reference.ts";
import { WIRE_TOOL_TYPES } from "../tool-wire.ts";

// What callers get: the contract, sections 3.3 to 3.8 and 1.5. Every field is always there.

export const Agent = z
  .strictObject({
    id,
    created_at: time,
    updated_at: time,
    name: z.string(),
    canonical_name: z.string(),
    project: z.string(),
    about: z.string(),
    model: z.string().describe("Empty: the server's default model"),
    instructions: z.array(z.string()),
    default_settings: object.nullable(),
    default_system_template: z.string(),
    metadata: object.nullable(),
  })
  .meta({ id: "JulepAgent" });

const toolFields = {
  name: z.string(),
  type: z.enum(WIRE_TOOL_TYPES),
  description: z.string().nullable(),
  function: object.nullable(),
  integration: object.nullable(),
  system: object.nullable(),
  api_call: object.nullable(),
  computer_20241022: object.nullable(),
  text_editor_20241022: object.nullable(),
  bash_20241022: object.nullable(),
};
const Tool = z.strictObject(toolFields).meta({ id: "JulepTool" });
export const StoredTool = z
  .strictObject({ id, created_at: time, updated_at: time, ...toolFields })
  .meta({ id: "JulepStoredTool" });

export const User = z
  .strictObject({
    id,
    created_at: time,
    updated_at: time,
    name: z.string(),
    about: z.string(),
    project: z.string(),
    metadata: object.nullable(),
  })
  .meta({ id: "JulepUser" });

export const Session = z
  .strictObject({
    id,
    created_at: time,
    updated_at: time,
    situation: z.string().nullable(),
    system_template: z.string().nullable(),
    summary: z.string().nullable(),
    render_templates: z.boolean(),
    token_budget: z.int().nullable(),
    context_overflow: z.enum(["truncate", "adaptive"]).nullable(),
    auto_run_tools: z.boolean(),
    forward_tool_calls: z.boolean(),
    recall_options: object.nullable(),
    metadata: object.nullable(),
    kind: z.null(),
    agent: id.optional(),
    agents: z.array(id).optional(),
    user: id.optional(),
    users: z.array(id).optional(),
  })
  .describe("With its participants: agent or agents, and user, users or neither")
  .meta({ id: "JulepSession" });

const vector = z.array(z.number());
export const Doc = z
  .strictObject({
    id,
    created_at: time,
    title: z.string(),
    content: z.array(z.string()),
    embeddings: z.union([vector, z.array(vector)]).nullable(),
    modality: z.literal("text"),
    language: z.string().nullable(),
    embedding_model: z.string().nullable(),
    embedding_dimensions: count.nullable(),
    metadata: object.nullable(),
  })
  .meta({ id: "JulepDoc" });

const Hit = z
  .strictObject({
    id,
    owner: z.strictObject({ id, role: z.enum(["agent", "user"]) }),
    title: z.string(),
    snippet: z.strictObject({ index: count, content: z.string(), embedding: vector.nullable() }),
    distance: z.number().describe("A cosine distance for a hit by vector, a rank for one by text alone"),
    metadata: object.nullable(),
  })
  .meta({ id: "JulepDocHit" });
export const SearchResult = z.strictObject({
  docs: z.array(Hit),
  time: z.number().describe("Seconds that the search took"),
});
export const Vectors = z.strictObject({ vectors: z.array(vector) });

export const Job = z
  .strictObject({
    id,
    created_at: time,
    updated_at: time,
    name: z.string(),
    reason: z.string(),
    has_progress: z.boolean(),
    progress: z.number().min(0).max(100),
    state: z.enum(["pending", "in_progress", "retrying", "succeeded", "aborted", "failed"]),
  })
  .meta({ id: "JulepJob" });

export const Project = z
  .strictObject({
    id,
    created_at: time,
    updated_at: time,
    canonical_name: z.string(),
    name: z.string(),
    metadata: object.nullable(),
  })
  .meta({ id: "JulepProject" });

export const Deleted = z.strictObject({ id, deleted_at: time, jobs: z.array(id) }).meta({ id: "JulepDeleted" });

export const Models = z.strictObject({ models: z.array(z.strictObject({ id: z.string() })) });
export const Health = z.strictObject({ status: z.literal("ok") });
export const items = (schema: z.ZodType) => z.strictObject({ items: z.array(schema) });

const { name: _name, description: _description, ...specs } = toolFields;
const Call = z
  .strictObject({
    ...specs,
    id: z.string(),
    type: z.literal("function"),
    function: z.strictObject({ name: z.string(), arguments: z.string().describe("JSON text") }),
  })
  .meta({ id: "JulepToolCall" });

const part = z.looseObject({ type: z.string() });
const Entry = z
  .strictObject({
    id,
    created_at: time,
    timestamp: time,
    role: z.enum(["user", "assistant", "system", "tool"]),
    name: z.string().nullable(),
    content: z.array(part),
    source: z.string().describe("api_request, api_response, tool_request, tool_response or summarizer"),
    tokenizer: z.string(),
    token_count: count,
    model: z.string(),
    tool_calls: z.array(Call).nullable(),
    tool_call_id: z.string().nullable(),
  })
  .meta({ id: "JulepEntry" });
export const History = z
  .strictObject({
    session_id: id,
    created_at: time,
    entries: z.array(Entry).describe("Oldest first"),
    relations: z.array(z.strictObject({ head: id, relation: z.string(), tail: id })),
  })
  .meta({ id: "JulepHistory" });

export const Rendered = z
  .strictObject({
    messages: z.array(
      z.strictObject({
        role: z.enum(["user", "assistant", "system", "tool"]),
        content: z.union([z.string(), z.array(part)]).nullable(),
        name: z.string().nullable(),
        tool_call_id: z.string().nullable(),
        tool_calls: z.array(Call),
        continue: z.boolean().nullable(),
      }),
    ),
    tools: z.array(Tool),
    tool_choice: z.union([z.string(), object]).nullable(),
    docs: z.array(Hit),
  })
  .meta({ id: "JulepRendered" });

const finishReason = z.enum(["stop", "length", "content_filter", "tool_calls"]);
const said = {
  role: z.literal("assistant"),
  content: z.string().nullable(),
  name: z.null(),
  tool_call_id: z.null(),
  tool_calls: z.array(Call).nullable(),
  continue: z.null(),
};
const choice = {
  index: z.literal(0),
  finish_reason: finishReason,
  logprobs: z.null(),
  tool_calls: z.array(Call).nullable(),
};
const head = { id, created_at: time, jobs: z.array(id), docs: z.array(Hit) };

export const Chat = z
  .strictObject({
    ...head,
    usage,
    choices: z.array(
      z.strictObject({ ...choice, message: z.strictObject({ id: id.nullable(), created_at: time, ...said }) }),
    ),
  })
  .meta({ id: "JulepChat" });

export const ChatChunk = z
  .strictObject({
    ...head,
    usage: usage.nullable().describe("In the last chunk alone"),
    choices: z.array(z.strictObject({ ...choice, delta: z.strictObject(said) })),
  })
  .meta({ id: "JulepChatChunk" });

export const Failure = z
  .strictObject({
    error: z.strictObject({
      message: z.string(),
      code: z.string(),
      type: z.string(),
      details: z
        .array(
          z.strictObject({
            type: z.string(),
            msg: z.string(),
            loc: z.string().describe("A place such as messages[0].role"),
            fix: z.string().describe("What to do"),
            received: z.string().describe("The beginning of the value at fault, as JSON"),
          }),
        )
        .optional(),
    }),
    message: z.string(),
  })
  .meta({ id: "JulepError" });
