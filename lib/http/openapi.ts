import { z } from "zod";
import { DIALECTS } from "../dialects/index.ts";
import type { Answer, Operation, Reference } from "../dialects/reference.ts";
import { ChatError, type ErrorCode, type ErrorDetails, notFound } from "../domain/errors.ts";

/** The parts of the reference, one for each dialect. */
export const references = (): Promise<Reference[]> => Promise.all(DIALECTS.map(({ reference }) => reference()));

type Json = Record<string, unknown>;

/** What goes wrong, as the reader of the reference should understand it. */
const MEANING: Readonly<Record<ErrorCode, string>> = {
  unauthenticated: "No key, or one that does not count",
  forbidden: "The key may not do this",
  invalid: "A field is missing or not as the schema says",
  "bad-request": "The fields do not fit together",
  "not-found": "There is no such thing in your account",
  "wrong-host": "The server does not answer to this host name",
  busy: "Another turn runs in the session",
  conflict: "It is there already, or in use",
  method: "The path has no such method",
  "too-large": "The body is too large",
  "rate-limited": "A limit is reached; `Retry-After` says when to come back",
  "prompt-too-big": "The prompt does not fit in the model's context",
  "model-refused": "The model's provider refused the request",
  "model-failed": "The model's provider failed",
  "no-model": "No model is connected",
  cancelled: "The turn was cancelled",
  interrupted: "The turn was interrupted",
  draining: "The server is restarting",
  unavailable: "The server is not ready: a setting is missing, or its database is behind",
  internal: "A fault of the server; the log has it under the request's id",
};

/** Errors as callers meet them, to be shown in each dialect's words. */
const SAMPLES: Readonly<Record<ErrorCode, readonly [message: string, details?: ErrorDetails]>> = {
  unauthenticated: ["Invalid API key"],
  forbidden: ["This API key only reads"],
  invalid: [
    "Validation error",
    { issues: [{ path: ["body", "messages"], type: "missing", message: "Field required", input: {} }] },
  ],
  "bad-request": ["The fields do not fit together"],
  "not-found": ["Not Found"],
  "wrong-host": ["This server does not answer to this host name"],
  busy: ["Session already has a running turn", { noun: "session" }],
  conflict: ["This Idempotency-Key was used for a different request", { field: "Idempotency-Key" }],
  method: ["Method Not Allowed"],
  "too-large": ["Request body too large: the limit is 256 KiB"],
  "rate-limited": ["The limit of 20 turns a minute is reached", { retryAfterSeconds: 12 }],
  "prompt-too-big": ["The prompt has 9000 tokens, the limit is 8192"],
  "model-refused": ["The model provider refused the request (400): max_tokens is too large"],
  "model-failed": ["The model provider closed the connection (ECONNRESET)"],
  "no-model": ["No model is connected"],
  cancelled: ["cancelled"],
  interrupted: ["The answer was interrupted"],
  draining: ["The server restarts. Try again in a few seconds.", { retryAfterSeconds: 2 }],
  unavailable: ["The database is behind this version: 2 of its migrations are missing.", { retryAfterSeconds: 5 }],
  internal: ["Something failed on our side. The log has the details."],
};

function sampleError(code: ErrorCode, { path }: Operation): ChatError {
  // What a path names last is what may not be there.
  const noun = [...path.matchAll(/\{(\w+?)(?:_id)?\}/gu)].at(-1)?.[1];
  return code === "not-found" && noun !== undefined ? notFound(noun) : new ChatError(code, ...SAMPLES[code]);
}

const TURN_ERRORS: readonly ErrorCode[] = [
  "bad-request",
  "busy",
  "conflict",
  "prompt-too-big",
  "model-refused",
  "model-failed",
  "no-model",
  "cancelled",
  "interrupted",
  "draining",
];

/** What an operation may answer besides its answers, in the order of the codes. */
function errorCodes({ path, query, body, errors = [], runsTurn, isOpen }: Operation): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    ...(isOpen ? [] : (["unauthenticated", "forbidden"] as const)),
    // Ids in paths are checked as bodies are.
    ...(query || body || path.includes("{") ? (["invalid"] as const) : []),
    ...(body ? (["too-large", "bad-request"] as const) : []),
    ...(path.includes("{") ? (["not-found"] as const) : []),
    ...(runsTurn ? TURN_ERRORS : []),
    ...errors,
    "wrong-host",
    "rate-limited",
    "unavailable",
    "internal",
  ]);
}

/** Schemas of one direction, those with an id of their own under components. */
function schemas(io: "input" | "output", components: Json) {
  return (schema: z.ZodType): Json => {
    const {
      $schema: _,
      $defs = {},
      ...json
    } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
    for (const [name, definition] of Object.entries($defs)) components[name] = moved(definition);
    return moved(json) as Json;
  };
}

/** A schema whose definitions have moved to the document's components. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === "$ref" && typeof inner === "string")
        return [[key, inner.replace("#/$defs/", "#/components/schemas/")]];
      // The key of a definition says it.
      if (key === "id" && typeof inner === "string") return [];
      return [[key, moved(inner)]];
    }),
  );
}

const REQUEST_ID = { "x-request-id": { $ref: "#/components/headers/RequestId" } };
const JSON_TYPE = "application/json";

const made = new Map<string, Promise<Json>>();

/** The reference of all dialects: OpenAPI 3.1, made once. `server` is the address that callers use. */
export function openApiDocument(server: string): Promise<Json> {
  const known = made.get(server) ?? makeDocument(server);
  made.set(server, known);
  return known;
}

async function makeDocument(server: string): Promise<Json> {
  const components: Json = {};
  const inputs = schemas("input", components);
  const outputs = schemas("output", components);
  const paths: Record<string, Json> = {};
  const parts = await references();
  for (const reference of parts) {
    for (const operation of reference.operations) {
      const described = await operationObject(reference, operation, inputs, outputs);
      for (const [n, path] of [operation.path, ...(operation.aliases ?? [])].entries()) {
        const item = paths[path] ?? {};
        paths[path] = item;
        item[operation.method.toLowerCase()] =
          n === 0 ? described : { ...described, operationId: `${operation.id}${n + 1}` };
      }
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Parley",
      version: "0.1.0",
      summary: `One chat system, ${DIALECTS.length} dialects that existing clients speak.`,
      description:
        "Every answer carries `X-Request-Id`, which is also in the server's log. Limits are told in `RateLimit-*`. A " +
        "request that runs a turn may be repeated under one `Idempotency-Key`: it runs once.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: server }],
    tags: parts.map(({ name, description }) => ({ name, description })),
    security: [{ bearer: [] }, { apiKey: [] }, { authKey: [] }],
    paths,
    components: {
      schemas: components,
      headers: { RequestId: { description: "Names the request in the server's log", schema: { type: "string" } } },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key of the account page" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        authKey: { type: "apiKey", in: "header", name: "X-Auth-Key" },
      },
    },
  };
}

type Convert = (schema: z.ZodType) => Json;

async function operationObject(
  reference: Reference,
  operation: Operation,
  inputs: Convert,
  outputs: Convert,
): Promise<Json> {
  const { id, summary, description, body, isBodyOptional = false, example, answers, isOpen } = operation;
  const requestBody = body && {
    required: !isBodyOptional,
    content: { [JSON_TYPE]: { schema: inputs(body), ...(example === undefined ? {} : { example }) } },
  };
  return {
    operationId: id,
    tags: [reference.name],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isOpen ? { security: [] } : {}),
    parameters: parameters(operation, inputs),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerObject(answer, outputs)])),
      ...(await failures(reference, operation, outputs)),
    },
  };
}

function answerObject({ description, json, stream, text }: Answer, outputs: Convert): Json {
  const content = {
    ...(json ? { [JSON_TYPE]: { schema: outputs(json) } } : {}),
    // OpenAPI 3.1 has no word for the frames of a stream: the schema is that of the data of each.
    ...(stream ? { "text/event-stream": { schema: outputs(stream) } } : {}),
    ...(text ? { [text]: { schema: { type: "string" } } } : {}),
  };
  return { description, headers: REQUEST_ID, ...(Object.keys(content).length > 0 ? { content } : {}) };
}

/** The errors of an operation by their status, each with an example in the dialect's own words. */
async function failures(reference: Reference, operation: Operation, outputs: Convert): Promise<Json> {
  const byStatus = new Map<number, { meanings: string[]; examples: Json }>();
  for (const code of errorCodes(operation)) {
    const response = reference.failure(sampleError(code, operation));
    const entry = byStatus.get(response.status) ?? { meanings: [], examples: {} };
    byStatus.set(response.status, entry);
    entry.meanings.push(MEANING[code]);
    entry.examples[code] = { value: await response.json() };
  }
  const schema = outputs(reference.error);
  return Object.fromEntries(
    [...byStatus].map(([status, { meanings, examples }]) => [
      status,
      { description: meanings.join(". "), headers: REQUEST_ID, content: { [JSON_TYPE]: { schema, examples } } },
    ]),
  );
}

function parameters({ path, query, runsTurn }: Operation, inputs: Convert): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: name.endsWith("_id") ? { type: "string", format: "uuid" } : { type: "string" },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...json } = inputs(schema as z.ZodType);
    return { name, in: "query", required: false, ...(description ? { description } : {}), schema: json };
  });
  const key = {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "Names the request for a day: the same again gets the same answer, and is not billed again",
    schema: { type: "string", maxLength: 255 },
  };
  return [...inPath, ...inQuery, ...(runsTurn ? [key] : [])];
}
