"use client";

import { type ReactNode, useEffect, useState } from "react";
import { allAgents } from "../conversation/choice/use-offers";
import type { PublishedApi } from "./published-api";

type NamedAgent = { readonly id: string; readonly name: string };

/** What a new key reaches, may do, goes through, and when it ends: fields of the form around it. */
export function NewKeyLimits({ apis }: { apis: readonly PublishedApi[] }) {
  const [agentId, setAgentId] = useState("");
  const isOfAgent = agentId !== "";
  const agents = useAgents();
  return (
    <div className="new-key-limits">
      <Choice name="reaches" label="Reaches" onChoose={setAgentId}>
        <option value="">All of the account</option>
        {agents.map(({ id, name }) => (
          <option key={id} value={id}>
            Only the agent {name}
          </option>
        ))}
      </Choice>
      {/* Chosen anew for an agent, since the choices are others. */}
      <Choice key={isOfAgent ? "of-agent" : "of-account"} name="may" label="May">
        <option value="">{isOfAgent ? "Ask and read it" : "Read and write"}</option>
        {isOfAgent && <option value="edit">Ask, read and edit it</option>}
        <option value="read-only">Only read</option>
      </Choice>
      <Choice name="through" label="Through">
        <option value="">{isOfAgent ? "All APIs of agents" : "All APIs"}</option>
        {apis
          .filter((api) => api.isOfOneAgent || !isOfAgent)
          .map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
      </Choice>
      <Choice name="ends" label="Ends">
        <option value="0">Never</option>
        <option value="30">In 30 days</option>
        <option value="90">In 90 days</option>
        <option value="365">In a year</option>
      </Choice>
    </div>
  );
}

/** The agents of the account; none until they have come. */
function useAgents(): readonly NamedAgent[] {
  const [agents, setAgents] = useState<readonly NamedAgent[]>([]);
  useEffect(() => {
    let isOpen = true;
    allAgents().then(
      (all) => isOpen && setAgents(all),
      // Keys of the whole account are made without them.
      () => {},
    );
    return () => {
      isOpen = false;
    };
  }, []);
  return agents;
}

type ChoiceProps = {
  readonly name: string;
  readonly label: string;
  readonly onChoose?: (value: string) => void;
  readonly children: ReactNode;
};

function Choice({ name, label, onChoose, children }: ChoiceProps) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select name={name} onChange={(event) => onChoose?.(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}
