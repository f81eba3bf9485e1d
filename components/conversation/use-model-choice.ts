"use client";

import { useCallback, useMemo, useState } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { ListedModel } from "../api";
import { useShell } from "../frame/shell";
import { type ChoosableAgent, OWN_AGENT, useOffers } from "./choice/use-offers";
import type { BegunWith } from "./first-visit";

/** Who is to answer next. */
export type ModelChoice = {
  /** The model that was chosen; null: the agent's own answers. */
  readonly model: string | null;
  /** What the model is called that answers where nobody has chosen. */
  readonly ownModel: string;
  /** Whether the model that is to answer sees images; null: nobody knows. */
  readonly seesImages: boolean | null;
  /** What may be chosen instead; empty until it is known, and where there is nothing else. */
  readonly models: readonly ListedModel[];
  /** Providers whose models may be asked for by name. */
  readonly unlisted: readonly string[];
  readonly choose: (model: string | null) => void;
  /** The agent that is to answer; null: the session's own. */
  readonly agentId: string | null;
  /** The same, also where it is the session's own; "" before the account has one. */
  readonly shownAgentId: string;
  readonly agentName: string;
  /** As `models`. */
  readonly agents: readonly ChoosableAgent[];
  readonly chooseAgent: (id: string) => void;
  /** What may be chosen is known, could not be read, or takes long. */
  readonly isSettled: boolean;
  /** Whether a question has to wait for that: it would go to another model than the last one did. */
  readonly isUndecided: () => boolean;
  /** Asks for what may be chosen again, where that was some time ago. */
  readonly refresh: () => void;
};

/** The choice for a new session is the last one of this device. */
const KEY = "parley:model";

/**
 * Choosing the agent and the model of a session: who gave its last answer; of a new one the agent that it is begun
 * with, and the model that was chosen last.
 */
export function useModelChoice(initial: SessionWindow | null, begunWith: BegunWith | null): ModelChoice {
  const { viewer } = useShell();
  // A visitor has no account yet whose models could be listed.
  const { models, agents, isSettled, refresh } = useOffers(viewer.kind !== "none");
  const agent = useAgentChoice(initial, begunWith, agents);
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const remembered = useMemo(() => (models === null ? null : rememberedModel(initial)), [models, initial]);

  const ownModel = agent.model || (models?.default ?? "");
  const wanted = chosen === undefined ? remembered : chosen;
  const isListed = wanted !== null && models?.items.some(({ id }) => id === wanted);
  // A list that could not be read hides nothing that worked before.
  const isUnlisted = wanted !== null && models?.unlisted.some((provider) => wanted.startsWith(`${provider}/`));
  const model = wanted !== ownModel && (isListed || isUnlisted) ? wanted : null;

  const choose = useCallback((next: string | null) => {
    setChosen(next);
    keep(next);
  }, []);
  const { choose: takeAgent } = agent;
  const chooseAgent = useCallback(
    (id: string) => {
      takeAgent(id);
      // An agent with a model of its own brings it.
      if (agents?.find((one) => one.id === id)?.model) setChosen(null);
    },
    [takeAgent, agents],
  );
  return {
    model,
    ownModel,
    seesImages: models?.items.find(({ id }) => id === (model ?? ownModel))?.images ?? null,
    models: models?.items.some(({ id }) => id !== ownModel) ? models.items : NO_MODELS,
    unlisted: models?.unlisted ?? NONE,
    choose,
    agentId: agent.id,
    shownAgentId: agent.shownId,
    agentName: agent.name,
    agents: agents?.some((one) => !one.is_default) ? agents : NO_AGENTS,
    chooseAgent,
    isSettled,
    isUndecided: () => !isSettled && chosen === undefined && rememberedModel(initial) !== null,
    refresh,
  };
}

// Each always the same: what is given another list is drawn anew.
const NONE: readonly string[] = [];
const NO_MODELS: readonly ListedModel[] = [];
const NO_AGENTS: readonly ChoosableAgent[] = [];

/** The agent that is to answer: the one chosen, else who answers or did last, else who is there from the beginning. */
function useAgentChoice(
  initial: SessionWindow | null,
  begunWith: BegunWith | null,
  agents: readonly ChoosableAgent[] | null,
) {
  const [chosen, choose] = useState<string | null>(null);
  const own = initial?.session.agent ?? null;
  const last = answeredLast(initial)?.agent ?? null;
  const first = own ?? begunWith ?? agents?.find(({ is_default }) => is_default) ?? null;
  const id = chosen ?? last?.id ?? begunWith?.id ?? null;
  const shownId = id ?? first?.id ?? "";
  const listed = agents?.find((agent) => agent.id === shownId);
  const known = [listed, last, own, begunWith, first].find((agent) => agent?.id === shownId);
  return {
    choose,
    // What the session has from its beginning answers without being named.
    id: id === "" || id === own?.id ? null : id,
    shownId,
    name: known?.name ?? OWN_AGENT,
    model: listed?.model ?? (own?.id === shownId ? own.model : null),
  };
}

/** Who answers in the turn of a session that runs, or gave its last answer. */
const answeredLast = (initial: SessionWindow | null) =>
  initial?.session.running_by ?? initial?.events.findLast((event) => event.type === "stop");

/** The model of a session's last answer; of a session without one the last choice on this device. */
function rememberedModel(initial: SessionWindow | null): string | null {
  const last = answeredLast(initial);
  if (last) return last.model ?? null;
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(model: string | null): void {
  try {
    if (model === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, model);
  } catch {
    // A full or closed store costs the next session's choice.
  }
}
