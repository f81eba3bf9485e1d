import * as db from "../db/agents.ts";
import type { Agent } from "../domain/agent.ts";
import { ChatError } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { Ports, Scope } from "./scope.ts";

/** What a slug looks like: 2 to 63 lower-case letters, digits and hyphens, the first no hyphen. */
export const SLUG = /^[a-z0-9][a-z0-9-]{1,62}$/u;

/** An agent as it answers bot clients, and the account on which it does. */
export type Bot = { readonly agent: Agent; readonly accountId: string };

/**
 * The bot of an id, or else of a slug, as far as the caller may ask it: one of its own account, or a public one.
 *
 * `scope` null: a caller without credentials. Throws "unauthenticated" for what only a caller with credentials could
 * find, "not-found", and "bad-request" where id and slug are of different bots.
 */
export async function getBot(
  { database }: Pick<Ports, "database">,
  scope: Scope | null,
  { uid, slug }: { readonly uid: string | null; readonly slug: string | null },
): Promise<Bot> {
  const found = uid === null ? await bySlug(database, slug ?? "") : await byId(database, uid);
  const isInReach = scope?.onlyAgentId == null || scope.onlyAgentId === found?.agent.id;
  const isReached = found !== null && isInReach && (found.agent.isPublic || found.accountId === scope?.accountId);
  if (!isReached) {
    if (scope === null) throw new ChatError("unauthenticated", "Not authenticated");
    throw botNotFound();
  }
  if (uid !== null && slug !== null && found.agent.slug !== slug) {
    throw new ChatError("bad-request", "The id and the slug are of different bots", { noun: "bot", field: "slug" });
  }
  return found;
}

/** A bot of the caller's own account, by id or slug. Throws "not-found". */
export async function getOwnBot(scope: Scope, idOrSlug: string): Promise<Agent> {
  const found = isId(idOrSlug) ? await byId(scope.database, idOrSlug) : await bySlug(scope.database, idOrSlug);
  const isReached = scope.onlyAgentId == null || scope.onlyAgentId === found?.agent.id;
  if (found?.accountId !== scope.accountId || !isReached) throw botNotFound();
  return found.agent;
}

const botNotFound = () => new ChatError("not-found", "Bot not found", { noun: "bot" });

const byId = async (database: Ports["database"], id: string): Promise<Bot | null> =>
  isId(id) ? db.findBot(database, { id: id.toLowerCase() }) : null;

const bySlug = async (database: Ports["database"], slug: string): Promise<Bot | null> =>
  SLUG.test(slug) ? db.findBot(database, { slug }) : null;
