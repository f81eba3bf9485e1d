import type { ChoiceGroup } from "./rows";
import { type ChoosableAgent, OWN_AGENT } from "./use-offers";

/** The agents that may be chosen, the account's own first; none where there is but one. */
export function agentGroups(agents: readonly ChoosableAgent[]): readonly ChoiceGroup[] {
  const own = agents.find(({ is_default }) => is_default);
  const others = agents.filter((agent) => agent !== own);
  if (others.length === 0) return [];
  const first = own ? item(own) : { id: "", name: OWN_AGENT, note: "The agent that every account has" };
  return [{ title: "", items: [first, ...others.map(item)] }];
}

const item = ({ id, name, about, model }: ChoosableAgent) => ({
  id,
  name,
  note: [about.split("\n")[0]?.slice(0, 120) ?? "", model].filter(Boolean).join(" · "),
});
