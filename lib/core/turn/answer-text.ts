import type { TurnEvent } from "../../domain/events.ts";

/**
 * Reads the answer of a turn as one text: gives what each event adds to it, "" for none. Blocks are parted by a blank
 * line, one that goes on where the last broke off is not.
 */
export function answerText(): (event: TurnEvent) => string {
  let hasText = false;
  let gap = "";
  return (event) => {
    if (event.type === "text-start") gap = hasText && !event.continues ? "\n\n" : "";
    if (event.type !== "text-delta") return "";
    const added = gap + event.text;
    gap = "";
    hasText = true;
    return added;
  };
}

/** The whole answer of a turn as one text, without what turned out to be thoughts. */
export function wholeAnswer(events: readonly TurnEvent[]): string {
  const said: TurnEvent[] = [];
  let start = 0;
  for (const event of events) {
    if (event.type === "text-start") start = said.length;
    if (event.type === "text-end" && event.wasThoughts) said.length = start;
    else said.push(event);
  }
  return said.map(answerText()).join("");
}
