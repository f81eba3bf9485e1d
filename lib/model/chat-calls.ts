import { ChatError } from "../domain/errors.ts";
import { parseExact } from "../domain/exact-numbers.ts";
import { newId } from "../domain/ids.ts";
import type { ModelEvent } from "../domain/model.ts";
import { argumentsText } from "./chat-content.ts";
import { fields, isObject, items, text } from "./shapes.ts";

type Call = {
  /** The server's number; null where it gives none. */
  readonly index: number | null;
  /** The server's id, empty where it gives none. */
  given: string;
  readonly id: string;
  name: string;
  readonly pieces: string[];
  /** How many of the pieces have been told. */
  told: number;
  isTold: boolean;
  kept: Record<string, unknown> | null;
};

type Names = "index" | "id" | "function" | "custom" | "name" | "arguments" | "input" | "parameters";

/** What of a call its server wants back: Gemini's, LiteLLM's and other gateways' names for signatures. */
const KEPT = /^(?:extra_content|provider_specific_fields|provider_metadata|thinking_blocks)$|signature$|^encrypted/iu;

/** The older `function_call` has no number, and is one. */
const OLDER = -1;

/** Puts calls together: see `callReader`. */
export type CallReader = {
  /** What the pieces of one chunk come to. Those that have names are calls of their own. */
  readonly pieces: (pieces: readonly unknown[]) => ModelEvent[];
  readonly olderPiece: (call: unknown) => ModelEvent[];
  /** Whether a call has something that its provider wants back. */
  readonly hasKept: () => boolean;
  /** Whether something of a call has come. */
  readonly hasCalls: () => boolean;
  /** The calls, whole. Throws "model-failed" for one without a name. */
  readonly whole: () => ModelEvent[];
};

/**
 * Puts calls together from their pieces.
 *
 * A piece belongs to the call of its number or id, else to the last. Some servers number no call, and some number every
 * call 0; so a piece that brings a name begins another call where the one of its number is whole, has another id or
 * another name. Id and name may come late, and arguments as a text, in pieces, as a value, or not at all.
 */
export function callReader(): CallReader {
  const calls: Call[] = [];

  const piece = (value: unknown, named: Set<Call>): ModelEvent[] => {
    const given = fields<Names>(value);
    const inner = fields<Names>(
      isObject(given.function) ? given.function : isObject(given.custom) ? given.custom : value,
    );
    const index = numberOf(given.index);
    const id = text(given.id);
    const name = text(inner.name) || text(given.function);
    const input = argumentsText(inner.arguments ?? inner.input ?? inner.parameters);
    const hasInput = (inner.arguments ?? inner.input ?? inner.parameters) !== undefined;
    let call = callOf(calls, { index, id, name, input, hasInput });
    if (!call || (name !== "" && named.has(call))) {
      call = { index, given: id, id: id || newId(), name: "", pieces: [], told: 0, isTold: false, kept: null };
      calls.push(call);
    }
    if (name !== "") named.add(call);
    if (call.given === "") call.given = id;
    // A name may come in pieces too, as long as nothing of the arguments has come.
    const isNamedAgain = name !== "" && call.name !== "";
    if (name !== call.name) call.name = name.startsWith(call.name) ? name : call.name + name;
    keep(call, value);
    const more = isNamedAgain ? behind(call, input) : input;
    if (more !== "" && !isRepeat(call, more)) call.pieces.push(more);
    return told(call);
  };

  return {
    pieces(values) {
      const named = new Set<Call>();
      return values.flatMap((value) => piece(value, named));
    },
    olderPiece: (value) => (isObject(value) ? piece({ index: OLDER, function: value }, new Set()) : []),
    hasKept: () => calls.some(({ kept }) => kept !== null),
    hasCalls: () => calls.some((call) => !isStub(call)),
    whole: () =>
      calls
        .filter((call) => !isStub(call))
        .map((call): ModelEvent => {
          if (call.name === "")
            throw new ChatError("model-failed", "The model provider sent a tool call without a name");
          const kept = call.kept === null ? {} : { kept: call.kept };
          return { type: "tool-call", callId: call.id, name: call.name, input: call.pieces.join(""), ...kept };
        }),
  };
}

/** The pieces of a field of calls: a list, one by itself, an object by numbers, or any of these as a text. */
export function callPieces(value: unknown): readonly unknown[] {
  if (typeof value === "string" && /^\s*[[{]/u.test(value)) return callPieces(asJson(value));
  if (!isObject(value)) return items(value);
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name) => /^\d{1,3}$/u.test(name))) return Object.values(value);
  return Object.values(value).some(isObject) || (typeof value.name === "string" && value.name !== "") ? [value] : [];
}

/** The calls among the parts of a content. */
export const callParts = (content: unknown): readonly unknown[] =>
  items(content).filter((part) => /^(?:tool_use|tool_call|function_call)$/u.test(text(fields<"type">(part).type)));

function asJson(json: string): unknown {
  try {
    return parseExact(json);
  } catch {
    return undefined;
  }
}

/** Gateways fill fields of calls that are none. */
const isStub = ({ name, given, pieces }: Call): boolean => {
  const input = pieces.join("");
  return name === "" && (input === "" || (given === "" && (input === "{}" || input === "null")));
};

/** What a piece that names its call again brings: some servers tell with each all that there is so far. */
function behind({ pieces }: Call, input: string): string {
  const before = pieces.join("");
  return before.length > 1 && input.length > before.length && input.startsWith(before)
    ? input.slice(before.length)
    : input;
}

/** A server that tells a whole call once more at its end. */
const isRepeat = (call: Call, input: string): boolean =>
  /^\s*[[{]/u.test(input) && input === call.pieces.join("") && isWhole(call);

type Piece = {
  readonly index: number | null;
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly hasInput: boolean;
};

/** The call that a piece goes on with; undefined: it begins another. */
function callOf(calls: readonly Call[], piece: Piece): Call | undefined {
  const { index, id, name, input } = piece;
  const last = calls.at(-1);
  const isOpen = last !== undefined && last.name !== "" && !isWhole(last);
  if (index !== null) {
    const same = calls.findLast((one) => one.index === index);
    if (same) return goesOn(same, piece) ? same : undefined;
    // The number is missing in the first piece, or grows with each.
    return name === "" && id === "" && isOpen ? last : undefined;
  }
  if (id !== "") {
    const same = calls.findLast((one) => one.given === id);
    if (same && !isOther(same, name)) return same;
    if (same || !last) return undefined;
    // Some servers give a new id to each piece.
    return (last.given === "" && last.name === "") || (name === "" && input !== "" && isOpen) ? last : undefined;
  }
  return last && goesOn(last, piece) ? last : undefined;
}

/** Whether a name is that of another call, and not the rest of this one's. */
const isOther = (call: Call, name: string): boolean =>
  name !== "" && !name.startsWith(call.name) && call.pieces.length > 0 && isWhole(call);

function goesOn(call: Call, { id, name, input, hasInput }: Piece): boolean {
  if (name === "" || call.name === "") return true;
  const isSame = name === call.name;
  if (id !== "" && call.given !== "") {
    if (id === call.given) return !isOther(call, name);
    // Some servers give a new id to each piece, and the name again.
    return isSame && call.pieces.length > 0 && !isWhole(call);
  }
  if (isSame) return input === "" || !isWhole(call);
  if (call.pieces.length > 0 || call.index === null) return false;
  // The rest of a name: the id came with its beginning.
  return !hasInput || (input === "" && id === "" && call.given !== "");
}

/** Whether the arguments that have come are JSON already. */
function isWhole({ pieces }: Call): boolean {
  const input = pieces.join("").trim();
  if (!/[}\]]$/u.test(input)) return false;
  try {
    JSON.parse(input);
    return true;
  } catch {
    return false;
  }
}

/** What has come of a call and was not told: nothing before its name has come. */
function told(call: Call): ModelEvent[] {
  if (call.name === "") return [];
  if (call.isTold && call.told === call.pieces.length) return [];
  const text = call.pieces.slice(call.told).join("");
  call.told = call.pieces.length;
  call.isTold = true;
  return [{ type: "tool-input-delta", callId: call.id, name: call.name, text }];
}

function keep(call: Call, piece: unknown): void {
  if (!isObject(piece)) return;
  for (const [name, value] of Object.entries(piece)) {
    if (value === null || value === "" || !KEPT.test(name)) continue;
    call.kept ??= {};
    call.kept[name] = value;
  }
}

function numberOf(index: unknown): number | null {
  const number = typeof index === "string" && /^\d{1,6}$/u.test(index) ? Number(index) : index;
  return typeof number === "number" ? number : null;
}
