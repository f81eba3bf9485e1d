"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { isCommand } from "../ui/keys";
import { later } from "../ui/later";
import { loadModelPanel, ModelPanel } from "./choice/later-model-panel";
import { Picker } from "./choice/picker";
import type { ModelChoice } from "./use-model-choice";

type Open = "model" | "agent" | null;

// Its code comes with the first look at it.
const loadAgents = () => import("./choice/agent-panel");
const AgentPanel = later(loadAgents);

/** Who answers next: which agent, and which model. With nothing to choose there is no choice to show. */
export function ModelSelect({ choice }: { choice: ModelChoice }) {
  const { model, ownModel, models, unlisted, choose, shownAgentId, agentName, agents, chooseAgent, refresh } = choice;
  const hasModels = models.length > 0;
  const hasAgents = agents.length > 0;
  const [open, setOpen] = useState<Open>(null);
  const show = (next: Open) => {
    if (next !== null) refresh();
    setOpen(next);
  };
  const showAgents = (isOpen: boolean) => show(isOpen ? "agent" : open === "agent" ? null : open);
  const showModels = (isOpen: boolean) => show(isOpen ? "model" : open === "model" ? null : open);
  useChoiceKey(() => {
    if (open === null) show(hasModels ? "model" : hasAgents ? "agent" : null);
    // Pressed again it goes on to the other list.
    else show(open === "model" ? (hasAgents ? "agent" : null) : hasModels ? "model" : null);
  });
  if (!hasModels && !hasAgents) return null;
  return (
    <span className="pickers">
      {hasAgents && (
        <Picker
          label="Agent"
          name={agentName}
          isOpen={open === "agent"}
          onOpen={showAgents}
          onWant={() => void loadAgents()}
        >
          {(button) => (
            <AgentPanel
              label="Agent"
              chosen={shownAgentId}
              agents={agents}
              onChoose={chooseAgent}
              onOpen={showAgents}
              anchor={button}
            />
          )}
        </Picker>
      )}
      {hasModels && (
        <Picker
          label="Model"
          name={model ?? ownModel}
          isOpen={open === "model"}
          onOpen={showModels}
          onWant={() => void loadModelPanel()}
        >
          {(button) => (
            <ModelPanel
              label="Model"
              chosen={model ?? ""}
              models={models}
              unlisted={unlisted}
              ownModel={ownModel}
              onChoose={(id) => choose(id === "" ? null : id)}
              onOpen={showModels}
              anchor={button}
            />
          )}
        </Picker>
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
