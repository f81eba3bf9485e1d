"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { type Agent, listAgents, listModels, type Models } from "../../api";

/** An agent as far as it may be chosen. */
export type ChoosableAgent = Pick<Agent, "id" | "name" | "about" | "model"> & { readonly is_default: boolean };

/** What the account's own agent is called before its first answer makes it. */
export const OWN_AGENT = "Parley";

/** So long what was asked is taken as it is. */
const FRESH_MS = 60_000;
const MOST_PAGES = 10;
/** So long a question is kept back for it: a provider may not answer. */
const MOST_MS = 2000;

/** What may be chosen of: null until it is known. What could not be read stays as it was, and is asked for again. */
export function useOffers(hasAccount: boolean): {
  readonly models: Models | null;
  readonly agents: readonly ChoosableAgent[] | null;
  /** It is known, could not be read, or takes long. */
  readonly isSettled: boolean;
  readonly refresh: () => void;
} {
  const [models, setModels] = useState<Models | null>(null);
  const [agents, setAgents] = useState<readonly ChoosableAgent[] | null>(null);
  const [isRead, setIsRead] = useState(false);
  const askedAt = useRef(0);
  const refresh = useCallback(() => {
    if (!hasAccount || Date.now() - askedAt.current < FRESH_MS) return;
    askedAt.current = Date.now();
    const again = () => {
      askedAt.current = 0;
    };
    // Where nothing can be read the agent's own model answers, as it does anyway.
    void listModels()
      .then(setModels, again)
      .finally(() => setIsRead(true));
    allAgents().then(setAgents, again);
  }, [hasAccount]);
  useEffect(refresh, [refresh]);
  useEffect(() => {
    const timer = setTimeout(() => setIsRead(true), MOST_MS);
    return () => clearTimeout(timer);
  }, []);
  return { models, agents, isSettled: isRead || !hasAccount, refresh };
}

/** The agents of the account, as many as anybody chooses among. */
export async function allAgents(): Promise<readonly ChoosableAgent[]> {
  const found: ChoosableAgent[] = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, has_more } = await listAgents(found.length);
    found.push(...items);
    if (!has_more) break;
  }
  return found;
}
