import type { Agent } from "../../domain/agent.ts";

/** An agent as a bot: the contract, section 6. `owner` is the id of its account. */
export function encodeBot(agent: Agent, owner: string) {
  const { settings } = agent;
  return {
    uid: agent.id,
    slug: agent.slug,
    name: agent.name,
    description: agent.about,
    instructions: agent.instructions.join("\n"),
    model: agent.model || null,
    temperature: settings.temperature ?? null,
    max_tokens: settings.maxTokens ?? null,
    is_public: agent.isPublic,
    owner,
    created_at: agent.createdAt.toISOString(),
    updated_at: agent.updatedAt.toISOString(),
  };
}
