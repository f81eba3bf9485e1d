"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { listModels, type Models } from "../api";
import { useShell } from "../frame/shell";
import { type ModelGroup, modelGroups } from "./model-options";

export type ModelChoice = {
  /** The model that was chosen; null: the agent's own answers. */
  readonly model: string | null;
  /** What the model is called that answers where nobody has chosen. */
  readonly ownModel: string;
  /** What may be chosen instead; empty until it is known. */
  readonly options: readonly ModelGroup[];
  readonly choose: (model: string | null) => void;
};

/** The choice for a new session is the last one of this device. */
const KEY = "parley:model";

/** Choosing the model of a session: what its last answer was given by, and of a new one what was chosen last. */
export function useModelChoice(initial: SessionWindow | null, agentName: string | null): ModelChoice {
  const { viewer } = useShell();
  // A visitor has no account yet whose models could be listed.
  const hasAccount = viewer.kind !== "none";
  const [models, setModels] = useState<Models | null>(null);
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);

  useEffect(() => {
    if (!hasAccount) return;
    const aborter = new AbortController();
    listModels(aborter.signal).then(setModels, () => {
      // Without a list the agent's own model answers, as it does anyway.
    });
    return () => aborter.abort();
  }, [hasAccount]);

  const remembered = useMemo(() => (models === null ? null : rememberedModel(initial)), [models, initial]);
  const wanted = chosen === undefined ? remembered : chosen;
  const isOffered = wanted !== null && models?.default !== wanted && models?.items.some(({ id }) => id === wanted);
  const choose = useCallback((model: string | null) => {
    setChosen(model);
    keep(model);
  }, []);
  const options = useMemo(
    () =>
      models === null
        ? []
        : modelGroups(
            models.items.map(({ id }) => id),
            models.default,
          ),
    [models],
  );
  const ownModel = agentName === null ? (models?.default ?? "") : `${agentName}’s model`;
  return { model: isOffered ? wanted : null, ownModel, options, choose };
}

/** The model of a session's last answer; of a session without one the last choice on this device. */
function rememberedModel(initial: SessionWindow | null): string | null {
  const last = initial?.events.findLast((event) => event.type === "stop");
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
