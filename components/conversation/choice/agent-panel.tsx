"use client";

import { useMemo } from "react";
import { agentGroups } from "./agent-options";
import { PickerPanel } from "./picker-panel";
import type { ListProps } from "./picker-props";
import type { ChoosableAgent } from "./use-offers";

type AgentPanelProps = ListProps & { readonly agents: readonly ChoosableAgent[] };

/** The agents that may be chosen. */
export default function AgentPanel({ agents, ...list }: AgentPanelProps) {
  const groups = useMemo(() => agentGroups(agents), [agents]);
  return <PickerPanel {...list} plural="agents" groups={groups} />;
}
