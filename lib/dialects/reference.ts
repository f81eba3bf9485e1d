import { z } from "zod";
import type { ChatError, ErrorCode } from "../domain/errors.ts";

// What a dialect tells of its operations: the reference at /api/openapi.json is made of it, from the schemas that read
// the requests, and the answers of the tests are checked against it.

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What an operation answers where nothing fails. */
export type Answer = {
  readonly description: string;
  /** A JSON body; absent: no body, or a stream alone. */
  readonly json?: z.ZodType;
  /** The data of each frame of an event stream, which a caller asks for; frames of other formats are not in it. */
  readonly stream?: z.ZodType;
  /** A body of another media type. */
  readonly text?: string;
};

export type Operation = {
  /** Names it in the whole document. */
  readonly id: string;
  readonly method: Method;
  /** With parameters as `{session_id}`. */
  readonly path: string;
  /** Other paths of the same route. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Whether the body may be left out. */
  readonly isBodyOptional?: boolean;
  /** A body that is accepted. */
  readonly example?: unknown;
  readonly answers: Readonly<Record<number, Answer>>;
  /** What may go wrong besides what every operation of its shape may answer. */
  readonly errors?: readonly ErrorCode[];
  /** Whether it runs a turn, and may fail as a model does. */
  readonly runsTurn?: boolean;
  /** Whether it answers without credentials. */
  readonly isOpen?: boolean;
};

/** A dialect's part of the reference. */
export type Reference = {
  /** The tag's name. */
  readonly name: string;
  readonly description: string;
  readonly error: z.ZodType;
  /** An error as the dialect words it. */
  readonly failure: (error: ChatError) => Response;
  readonly operations: readonly Operation[];
};

type Deep<Value> = Value extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Deep<Value[Key]> }
    : Value;
/** What a schema of an answer describes, as encoders give it. */
export type Wire<Schema extends z.ZodType> = Deep<z.output<Schema>>;

// Fields that answers of all dialects have.

/** ISO 8601, UTC, milliseconds. */
export const time = z.iso.datetime().meta({ examples: ["2026-01-05T09:30:00.000Z"] });
export const id = z.guid().meta({ examples: ["0198f0c2-5a4e-7c1d-9b7e-2f0c6d1e8a44"] });
export const object = z.record(z.string(), z.unknown());
/** Where a fault is. */
const place = z
  .array(z.union([z.string(), z.int()]))
  .describe("The place: body, query or path, then names and numbers");
export const count = z.int().min(0);
export const usage = z.strictObject({ prompt_tokens: count, completion_tokens: count, total_tokens: count });
/** A fault as pydantic tells it. */
export const fault = z.strictObject({
  type: z.string(),
  loc: place,
  msg: z.string(),
  input: z.unknown(),
  ctx: object.optional(),
});
