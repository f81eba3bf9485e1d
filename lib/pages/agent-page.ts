import { listLatestAgents } from "../core/agents.ts";
import type { Scope } from "../core/scope.ts";
import { encodeListedAgent } from "../dialects/web/encode.ts";

const SIZE = 50;

/** A page of agents, the latest first, from number `offset` on, which counts from 0. */
export async function agentPage(scope: Scope, offset: number) {
  // One more than the page holds tells whether there is another.
  const found = await listLatestAgents(scope, SIZE + 1, offset);
  return { items: found.slice(0, SIZE).map(encodeListedAgent), has_more: found.length > SIZE };
}
