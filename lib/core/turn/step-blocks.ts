import type { TurnEvent } from "../../domain/events.ts";
import { storablePieces } from "../../domain/text.ts";

type Kind = "text" | "reasoning";

/**
 * Makes blocks of deltas: one at a time, made storable, the first text marked where it goes on with one that broke off.
 */
export function blockReader(now: () => number, continues: boolean) {
  const texts: string[] = [];
  const thoughts: string[] = [];
  let open: Kind | null = null;
  let reasoningSince = 0;
  let pieces = storablePieces();
  let isFirstText = true;
  /** So many texts came before the block that is open. */
  let textsBefore = 0;

  const delta = (kind: Kind, text: string): TurnEvent[] => {
    if (text === "") return [];
    (kind === "text" ? texts : thoughts).push(text);
    return [{ type: `${kind}-delta`, text }];
  };

  /** Closes what is open, or what is open of a kind. */
  const close = (kind: Kind | null = open): TurnEvent[] => {
    if (open === null || open !== kind) return [];
    const rest = delta(kind, pieces.rest());
    open = null;
    return kind === "text"
      ? [...rest, { type: "text-end" }]
      : [...rest, { type: "reasoning-end", durationMs: now() - reasoningSince }];
  };

  /** Closes an open text that were thoughts. */
  const turn = (): TurnEvent[] => {
    if (open !== "text") return [];
    const closed = close();
    thoughts.push(...texts.splice(textsBefore));
    return closed.map((event) => (event.type === "text-end" ? { ...event, wasThoughts: true } : event));
  };

  const begin = (kind: Kind): TurnEvent[] => {
    if (open === kind) return [];
    const before = close();
    open = kind;
    pieces = storablePieces();
    if (kind === "reasoning") {
      reasoningSince = now();
      return [...before, { type: "reasoning-start" }];
    }
    textsBefore = texts.length;
    const isContinuation = continues && isFirstText;
    isFirstText = false;
    return [...before, isContinuation ? { type: "text-start", continues: true } : { type: "text-start" }];
  };

  return {
    add: (kind: Kind, text: string): TurnEvent[] => [...begin(kind), ...delta(kind, pieces.push(text))],
    close,
    turn,
    text: (): string => texts.join(""),
    thoughts: (): string => thoughts.join(""),
  };
}
