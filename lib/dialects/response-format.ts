import { z } from "zod";
import type { ModelSettings } from "../domain/model.ts";

const JsonObject = z.record(z.string(), z.unknown());

/**
 * A `response_format` of the wire of Julep and of assistants. Its `json_schema` may be the schema, or hold it under
 * `schema` beside its name.
 */
export function decodeResponseFormat(wire: {
  readonly type: "text" | "json_object" | "json_schema";
  readonly json_schema?: Readonly<Record<string, unknown>>;
}): ModelSettings["responseFormat"] {
  if (wire.type !== "json_schema") return { type: wire.type };
  const { json_schema: given = {} } = wire;
  const { schema, ...beside } = given;
  const inner = JsonObject.safeParse(schema);
  return inner.success ? { type: wire.type, schema: inner.data, beside } : { type: wire.type, schema: given };
}
