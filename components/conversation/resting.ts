import type { Turn } from "./turns-in";

/** What a tall screen shows, in pixels, and the most turns that are drawn for it. */
const SCREEN_PX = 2200;
const MOST = 12;

/**
 * From which turn on turns are drawn whole at once: the last ones, which a page begins with on the screen. The others
 * rest as plain words until they come near. Heights are guessed, and rather too low.
 */
export function wholeFrom(turns: readonly Turn[]): number {
  let px = 0;
  let from = turns.length;
  while (from > 0 && px < SCREEN_PX && turns.length - from < MOST) {
    from--;
    px += leastHeightOf(turns[from]);
  }
  return from;
}

function leastHeightOf(turn: Turn | undefined): number {
  if (!turn) return 0;
  const rows = turn.blocks.map((block) => (block.kind === "text" ? linesOf(block.text) * 24 : 40));
  return rows.reduce((sum, px) => sum + px, 140 + Math.min(8, linesOf(turn.question?.text ?? "")) * 24);
}

/** The lines of a text on a wide screen, at the least. */
function linesOf(text: string): number {
  // Nobody counts the lines of a book: the screen is full long before.
  const begin = text.slice(0, 20_000);
  return Math.max(begin.length / 100, begin.split("\n").filter((line) => line.trim() !== "").length);
}
