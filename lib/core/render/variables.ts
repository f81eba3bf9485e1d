import type { Agent, User } from "../../domain/agent.ts";
import type { DocHit } from "../../domain/doc.ts";
import { digitsValue } from "../../domain/exact-numbers.ts";
import type { Tool } from "../../domain/tool.ts";
import type { DescribeInput } from "./describe-input.ts";
import { type PassageTexts, PLAIN_PASSAGES } from "./passages.ts";
import { defaultSettingVariables, recallVariables, settingVariables } from "./setting-variables.ts";

const agentVariables = (agent: Agent) => ({
  id: agent.id,
  name: agent.name,
  canonical_name: agent.canonicalName,
  project: agent.project,
  about: agent.about,
  instructions: [...agent.instructions],
  model: agent.model,
  default_settings: defaultSettingVariables(agent) ?? {},
  metadata: digitsValue(agent.metadata ?? {}),
  created_at: agent.createdAt.toISOString(),
  updated_at: agent.updatedAt.toISOString(),
});

const userVariables = (user: User) => ({
  id: user.id,
  name: user.name,
  about: user.about,
  metadata: digitsValue(user.metadata ?? {}),
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
});

/** The types of tool as templates know them: the Julep contract, section 4.3. */
const TEMPLATE_TYPES: Readonly<Record<Tool["type"], string>> = {
  function: "function",
  integration: "integration",
  system: "system",
  "api-call": "api_call",
  computer: "computer_20241022",
  "text-editor": "text_editor_20241022",
  shell: "bash_20241022",
};
const toolVariables = ({ name, type, description }: Tool) => ({ name, type: TEMPLATE_TYPES[type], description });

/** Docs in the order of their best pieces, each once with what was found of it. */
function docVariables(hits: readonly DocHit[], passages: PassageTexts) {
  const byDoc = Map.groupBy(hits, (hit) => hit.docId);
  return [...byDoc.values()].map((found) => ({
    title: found[0] ? passages.title(found[0]) : "",
    content: found.map(passages.text),
    metadata: digitsValue(found[0]?.metadata ?? {}),
  }));
}

export type Described = Pick<
  DescribeInput,
  "session" | "agent" | "agents" | "users" | "tools" | "settings" | "metadata" | "docs"
>;

/** What a template can name: the Julep contract, section 4.3. */
export function variables(input: Described, passages: PassageTexts = PLAIN_PASSAGES): Record<string, unknown> {
  const { session, agent, agents, users, tools, settings, metadata, docs } = input;
  const active = agentVariables(agent);
  return {
    session: {
      id: session.id,
      situation: session.situation,
      system_template: session.systemTemplate,
      render_templates: session.renderTemplates,
      token_budget: session.tokenBudget,
      context_overflow: session.contextOverflow,
      auto_run_tools: session.autoRunTools,
      forward_tool_calls: session.forwardToolCalls,
      recall_options: session.recallOptions && recallVariables(session.recallOptions),
      metadata: digitsValue(session.metadata ?? {}),
      summary: session.summary?.text ?? null,
      created_at: session.createdAt.toISOString(),
      updated_at: session.updatedAt.toISOString(),
    },
    agent: active,
    current_agent: active,
    agents: agents.map(agentVariables),
    user: users[0] ? userVariables(users[0]) : null,
    users: users.map(userVariables),
    tools: tools.map(toolVariables),
    settings: settingVariables(settings),
    docs: docVariables(docs, passages),
    ...(metadata && Object.keys(metadata).length > 0 ? { metadata: digitsValue(metadata) } : {}),
  };
}
