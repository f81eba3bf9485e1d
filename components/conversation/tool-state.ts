import type { ToolBlock } from "./turn-state";

export type ToolState = "running" | "waiting" | "done" | "failed" | "unanswered" | "stopped" | "interrupted";

/**
 * How a call stands. `isOver`: its turn is, so what has no result never gets one, unless it is `isWaiting` for the
 * person; `wasStopped`: because a person stopped it.
 */
export function toolState({ result }: ToolBlock, isOver: boolean, wasStopped: boolean, isWaiting = false): ToolState {
  if (result === null) {
    if (isWaiting) return "waiting";
    if (!isOver) return "running";
    return wasStopped ? "stopped" : "interrupted";
  }
  if (!result.isError) return "done";
  if (result.cut === null) return "failed";
  return result.cut === "cancelled" ? "stopped" : result.cut;
}

/** What a failed call says of its failure. */
export function errorText(output: unknown): string {
  const inner = typeof output === "object" && output !== null && "error" in output ? output.error : output;
  return typeof inner === "string" ? inner : JSON.stringify(inner);
}
