import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { ModelEvent } from "../domain/model.ts";
import { argumentsText } from "./chat-content.ts";
import { fields, isObject, text } from "./shapes.ts";

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

type Names = "index" | "id" | "function" | "name" | "arguments" | "input" | "parameters";

/** What of a call its server wants back: Gemini's, LiteLLM's and other gateways' names for signatures. */
const KEPT = /^(?:extra_content|provider_specific_fields|provider_metadata|thinking_blocks)$|signature$|^encrypted/iu;

/** The older `function_call` has no number, and is one. */
const OLDER = -1;

/**
 * Puts calls together from their pieces.
 *
 * A piece belongs to the call of its number or id, else to the last. Some servers number no call, and some number every call
 * 0; so a piece that brings a name begins another call where the one of its number is whole, has another id or another name.
 * Id and name may come late, and arguments as a text, in pieces, as a value, or not at all.
 */
export function callReader(): {
  /** What the pieces of one chunk come to. Those that have names are calls of their own. */
  readonly pieces: (pieces: readonly unknown[]) => ModelEvent[];
  readonly olderPiece: (call: unknown) => ModelEvent[];
  /** Whether a call has something that its provider wants back. */
  readonly hasKept: () => boolean;
  /** Whether something of a call has come. */
  readonly hasCalls: () => boolean;
  /** The calls, whole. Throws "model-failed" for one without a name. */
  readonly whole: () => ModelEvent[];
} {
  const calls: Call[] = [];

  const piece = (value: unknown, named: Set<Call>): ModelEvent[] => {
    const given = fields<Names>(value);
    const inner = fields<Names>(isObject(given.function) ? given.function : value);
    const index = numberOf(given.index);
    const id = text(given.id);
    const name = text(inner.name);
    const input = argumentsText(inner.arguments ?? inner.input ?? inner.parameters);
    const hasInput = (inner.arguments ?? inner.input ?? inner.parameters) !== undefined;
    let call = callOf(calls, { index, id, name, hasInput });
    if (!call || (name !== "" && named.has(call))) {
      call = { index, given: id, id: id || newId(), name: "", pieces: [], told: 0, isTold: false, kept: null };
      calls.push(call);
    }
    if (name !== "") named.add(call);
    if (call.given === "") call.given = id;
    // A name may come in pieces too, as long as nothing of the arguments has come.
    if (name !== "" && name !== call.name) call.name += name;
    keep(call, value);
    // A server that tells a whole call once more at its end.
    if (input !== "" && !(input === call.pieces.join("") && isWhole(call))) call.pieces.push(input);
    return told(call);
  };

  return {
    pieces(values) {
      const named = new Set<Call>();
      return values.flatMap((value) => piece(value, named));
    },
    olderPiece: (value) => (isObject(value) ? piece({ index: OLDER, function: value }, new Set()) : []),
    hasKept: () => calls.some(({ kept }) => kept !== null),
    hasCalls: () => calls.length > 0,
    whole: () =>
      calls.map((call): ModelEvent => {
        if (call.name === "") throw new ChatError("model-failed", "The model provider sent a tool call without a name");
        const kept = call.kept === null ? {} : { kept: call.kept };
        return { type: "tool-call", callId: call.id, name: call.name, input: call.pieces.join(""), ...kept };
      }),
  };
}

type Piece = { readonly index: number | null; readonly id: string; readonly name: string; readonly hasInput: boolean };

/** The call that a piece goes on with; undefined: it begins another. */
function callOf(calls: readonly Call[], piece: Piece): Call | undefined {
  const { index, id } = piece;
  if (index !== null) {
    const same = calls.findLast((one) => one.index === index);
    return same && goesOn(same, piece) ? same : undefined;
  }
  if (id !== "") {
    const same = calls.findLast((one) => one.given === id);
    if (same) return same;
  }
  const last = calls.at(-1);
  if (!last) return undefined;
  if (id !== "") return last.given === "" && last.name === "" ? last : undefined;
  return goesOn(last, piece) ? last : undefined;
}

function goesOn(call: Call, { id, name, hasInput }: Piece): boolean {
  if (name === "" || call.name === "") return true;
  if (id !== "" && call.given !== "") return id === call.given;
  if (name !== call.name) return !hasInput && call.pieces.length === 0 && call.index !== null;
  return !isWhole(call);
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
