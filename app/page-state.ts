import { cache } from "react";
import { loadAccount, loadAgent, loadAgents, loadModels, loadSession, loadShell } from "@/lib/pages/page-data.ts";

/** Read once for the layout and the page of one request. */
export const shellOfRequest = cache(loadShell);
export const accountOfRequest = cache(loadAccount);
export const agentOfRequest = cache(loadAgent);
export { loadAgents, loadModels };
export const sessionOfRequest = cache(loadSession);
