import { cache } from "react";
import { ChatError } from "@/lib/domain/errors.ts";
import {
  loadAccount,
  loadAgent,
  loadAgents,
  loadIndex,
  loadIndexes,
  loadModels,
  loadSession,
  loadShared,
  loadShell,
} from "@/lib/pages/page-data.ts";

/** Read once for the layout and the page of one request. */
export const shellOfRequest = cache(loadShell);
export const accountOfRequest = cache(loadAccount);
export const agentOfRequest = cache(loadAgent);
export const indexOfRequest = cache(loadIndex);
export { loadAgents, loadIndexes, loadModels, loadShared };
export const sessionOfRequest = cache(loadSession);

/** Why the server could not open, for people; throws what is no reason of that kind. */
export function whyNotOpen(thrown: unknown): string {
  if (thrown instanceof ChatError && thrown.code === "unavailable") return thrown.message;
  throw thrown;
}
