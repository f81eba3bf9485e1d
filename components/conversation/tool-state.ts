import type { DynamicToolUIPart } from "ai";
import { factsOf } from "./turn-messages";

export type ToolState = "running" | "done" | "failed" | "stopped" | "interrupted";

/** How a call stands. `isOver`: its turn is, so what has no result never gets one; `wasStopped`: because a person stopped it. */
export function toolState(part: DynamicToolUIPart, isOver: boolean, wasStopped: boolean): ToolState {
  if (part.state === "output-available") return "done";
  const cut = part.state === "output-error" ? factsOf(part.resultProviderMetadata).cut : null;
  if (cut === undefined) return "failed";
  if (cut !== null) return cut === "cancelled" ? "stopped" : "interrupted";
  if (!isOver) return "running";
  return wasStopped ? "stopped" : "interrupted";
}
