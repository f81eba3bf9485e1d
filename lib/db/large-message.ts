import type { NewMessage } from "../domain/message.ts";

/** In characters. */
const LARGE = 256 * 1024;

/**
 * Whether the parts of a message are so large that they travel as a parameter of their own. A statement over many rows
 * of JSON copies them some ten times, and the embedded database never gives memory back: a text of 8 MB cost it 200 MB
 * for good.
 */
export const isLarge = ({ parts }: Pick<NewMessage, "parts">): boolean => isLonger(parts, LARGE);

/**
 * Whether the texts in a value have more characters than that together, where each value counts for one at the least.
 */
function isLonger(value: unknown, most: number): boolean {
  let left = most;
  const waiting: unknown[] = [value];
  while (waiting.length > 0 && left >= 0) {
    const one = waiting.pop();
    left -= typeof one === "string" ? one.length : 1;
    // One by one: as arguments of one call the values of a long list would not fit on the stack.
    if (typeof one === "object" && one !== null) for (const inner of Object.values(one)) waiting.push(inner);
  }
  return left < 0;
}
