import type { Agent } from "../../api";
import type { ChoiceGroup } from "./rows";

/** An agent as far as it may be chosen. */
export type ChoosableAgent = Pick<Agent, "id" | "name" | "about" | "model"> & { readonly is_default: boolean };

/** What the account's own agent is called before its first answer makes it. */
export const OWN_AGENT = "Parley";

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
