import type { ProviderData } from "../domain/provider-data.ts";
import { isObject } from "./shapes.ts";

/**
 * What of a message its provider wants back: OpenRouter's `reasoning_details`, Gemini's `extra_content`, LiteLLM's
 * `thinking_blocks` and `provider_specific_fields`, and what others call a signature or a sealed thought.
 */
export const KEPT_FIELDS = [
  "reasoning_details",
  "extra_content",
  "thinking_blocks",
  "provider_specific_fields",
  "reasoning_opaque",
  "reasoning_signature",
  "reasoning_encrypted_content",
  "encrypted_content",
  "thought_signature",
  "signature",
] as const;

/** More than this is not kept: no signature is as long. */
const LONGEST_CHARACTERS = 1_000_000;

/** Gathers from the pieces of a message what its provider wants back with it. */
export function keptFields(): {
  /** Notes the name under which thoughts came. */
  readonly noteName: (name: string) => void;
  readonly note: (delta: object) => void;
  readonly data: () => Omit<ProviderData, "from" | "calls"> | null;
} {
  let reasoning = "";
  const found: Record<string, unknown> = {};
  return {
    noteName(name) {
      if (reasoning === "") reasoning = name;
    },
    note(delta) {
      for (const name of KEPT_FIELDS) {
        const value = unmarked((delta as Readonly<Record<string, unknown>>)[name]); // any name may be asked for
        if (value !== undefined && value !== null && value !== "") found[name] = merged(found[name], value);
      }
    },
    data() {
      const hasFields = Object.keys(found).length > 0 && JSON.stringify(found).length <= LONGEST_CHARACTERS;
      if (reasoning === "" && !hasFields) return null;
      return { ...(reasoning === "" ? {} : { reasoning }), ...(hasFields ? { fields: found } : {}) };
    },
  };
}

/** Pieces of one thing: lists grow, texts of one entry are joined, objects are laid over each other. */
function merged(before: unknown, next: unknown): unknown {
  if (before === undefined) return next;
  if (Array.isArray(before) && Array.isArray(next)) return next.reduce(withEntry, before);
  if (isObject(before) && isObject(next)) return overlaid(before, next);
  return next;
}

/**
 * An entry goes on with the last of its index and kind. Where neither has an index it goes on with the last of its kind
 * that is not sealed yet, since LiteLLM tells the signature behind the last piece of its thoughts.
 */
function withEntry(entries: readonly unknown[], entry: unknown): readonly unknown[] {
  const last = entries.at(-1);
  const goesOn =
    isObject(last) &&
    isObject(entry) &&
    last.index === entry.index &&
    last.type === entry.type &&
    typeof entry.data !== "string" &&
    (entry.index !== undefined || (entry.id === undefined && !last.signature && typeof last.data !== "string"));
  return goesOn ? [...entries.slice(0, -1), joined(last, entry)] : [...entries, entry];
}

/** Without Gemini's mark of a thought: it is said of a piece, and would make the whole answer one. */
function unmarked(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.google) || !("thought" in value.google)) return value;
  const { thought: _, ...google } = value.google;
  return Object.keys(google).length > 0 ? { ...value, google } : undefined;
}

const GROWING = new Set(["text", "summary", "thinking"]);

function joined(last: Readonly<Record<string, unknown>>, entry: Readonly<Record<string, unknown>>) {
  const all: Record<string, unknown> = { ...last };
  for (const [name, value] of Object.entries(entry)) {
    const before = last[name];
    const grows = GROWING.has(name) && typeof before === "string" && typeof value === "string";
    if (value !== null) all[name] = grows ? before + value : value;
  }
  return all;
}

function overlaid(before: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>) {
  const all: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(next)) all[name] = merged(before[name], value);
  return all;
}
