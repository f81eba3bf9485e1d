import { z } from "zod";

// What a tool of each type is, in our words. Dialects and the database bring them to this shape and from it.

const json = z.record(z.string(), z.unknown());
const texts = z.record(z.string(), z.string());

/** A function of the program that asks. Null: one without parameters. */
const FunctionSpec = z
  .object({
    /** As callers repeat them beside the tool's own; nobody reads them. */
    name: z.unknown(),
    description: z.unknown(),
    /** A JSON schema. */
    parameters: json.nullable(),
    /** A JSON schema of what it gives: a person who answers is asked for its values. Models are not told. */
    returns: json.nullish(),
  })
  .nullable();

/** Another product that is called under the name of a provider. */
const IntegrationSpec = z.object({
  provider: z.string(),
  method: z.string().nullable(),
  setup: z.unknown(),
  /** Arguments that win over what the model gives. */
  arguments: z.unknown(),
});

/** An operation of this API on the owner's account. */
const SystemSpec = z.object({
  resource: z.enum(["agent", "user", "task", "execution", "doc", "session", "job"]),
  subresource: z.enum(["tool", "doc", "execution", "transition"]).nullable(),
  operation: z.enum([
    "create",
    "update",
    "patch",
    "create-or-update",
    "embed",
    "change-status",
    "search",
    "chat",
    "history",
    "delete",
    "get",
    "list",
  ]),
  /** The one it is about; null: the model says which. */
  resourceId: z.string().nullable(),
  /** Arguments that win over what the model gives. */
  arguments: json.nullable(),
});

/** An HTTP request. What it fixes wins over what the model gives. */
const ApiCallSpec = z.object({
  method: z.enum(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"]),
  url: z.string(),
  headers: texts.nullable(),
  cookies: texts.nullable(),
  /** The query as a text, or its values by name. */
  query: z.union([z.string(), json]).nullable(),
  /** The body as base64; it goes before `form`, and that before `json`. */
  bytes: z.string().nullable(),
  form: json.nullable(),
  json: json.nullable(),
  /** Kept for who set it. This server sends no files. */
  files: json.nullable(),
  /** Kept for who set them. */
  secrets: json.nullable(),
  followRedirects: z.boolean().nullable(),
  timeoutSeconds: z.int().nullable(),
  /** A JSON schema of what the model gives. */
  parameters: json.nullable(),
  /** The same under an older name; it counts where `parameters` is null. */
  schema: json.nullable(),
  /** Whether the model is given the answer's body, and not its status and headers alone. */
  givesBody: z.boolean(),
});

/** A screen, a mouse and keys. */
const ComputerSpec = z.object({ widthPx: z.int(), heightPx: z.int(), displayNumber: z.int() });

/** What a tool is: its type, and what that type needs to know. */
export const ToolBody = z.discriminatedUnion("type", [
  z.object({ type: z.literal("function"), spec: FunctionSpec }),
  z.object({ type: z.literal("integration"), spec: IntegrationSpec }),
  z.object({ type: z.literal("system"), spec: SystemSpec }),
  z.object({ type: z.literal("api-call"), spec: ApiCallSpec }),
  z.object({ type: z.literal("computer"), spec: ComputerSpec }),
  z.object({ type: z.literal("text-editor"), spec: z.null() }),
  z.object({ type: z.literal("shell"), spec: z.null() }),
]);
export type ToolBody = z.infer<typeof ToolBody>;

export type ToolType = ToolBody["type"];
export type IntegrationSpec = z.infer<typeof IntegrationSpec>;
export type SystemSpec = z.infer<typeof SystemSpec>;
export type ApiCallSpec = z.infer<typeof ApiCallSpec>;
