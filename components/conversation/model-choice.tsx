"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { isCommand } from "../ui/keys";
import { namedModel } from "./choice/model-options";
import { Picker } from "./choice/picker";
import type { ModelChoice } from "./use-model-choice";

type Open = "model" | "agent" | null;

const PRICES = "Prices are in US dollars for a million tokens.";

/** Who answers next: which agent, and which model. With nothing to choose there is no choice to show. */
export function ModelSelect({ choice }: { choice: ModelChoice }) {
  const { model, ownModel, modelGroups, unlisted, choose, shownAgentId, agentName, agentGroups, chooseAgent, refresh } =
    choice;
  const hasModels = modelGroups.length > 0;
  const hasAgents = agentGroups.length > 0;
  const [open, setOpen] = useState<Open>(null);
  const show = (next: Open) => {
    if (next !== null) refresh();
    setOpen(next);
  };
  useChoiceKey(() => {
    if (open === null) show(hasModels ? "model" : hasAgents ? "agent" : null);
    // Pressed again it goes on to the other list.
    else show(open === "model" ? (hasAgents ? "agent" : null) : hasModels ? "model" : null);
  });
  if (!hasModels && !hasAgents) return null;
  const isPriced = modelGroups.some(({ items }) => items.some(({ note }) => note.includes("$")));
  return (
    <span className="pickers">
      {hasAgents && (
        <Picker
          label="Agent"
          plural="agents"
          name={agentName}
          chosen={shownAgentId}
          groups={agentGroups}
          onChoose={chooseAgent}
          isOpen={open === "agent"}
          onOpen={(isOpen) => show(isOpen ? "agent" : open === "agent" ? null : open)}
        />
      )}
      {hasModels && (
        <Picker
          label="Model"
          plural="models"
          name={model ?? ownModel}
          chosen={model ?? ""}
          groups={modelGroups}
          onChoose={(id) => choose(id === "" ? null : id)}
          isOpen={open === "model"}
          onOpen={(isOpen) => show(isOpen ? "model" : open === "model" ? null : open)}
          named={unlisted.length > 0 ? (text) => namedModel(text, unlisted) : undefined}
          foot={isPriced ? PRICES : undefined}
        />
      )}
    </span>
  );
}

/** ⌘ / on Apple's keyboards, Ctrl / elsewhere, wherever the focus is. */
function useChoiceKey(act: () => void): void {
  const press = useEffectEvent(act);
  useEffect(() => {
    function onKey(event: globalThis.KeyboardEvent) {
      // By the sign and not by the place of the key: on many keyboards it stands elsewhere.
      if (event.key !== "/" || !isCommand(event) || event.altKey || event.defaultPrevented) return;
      event.preventDefault();
      press();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
