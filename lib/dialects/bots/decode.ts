import { type AgentInput, type AgentState, instructionsOf } from "../../core/agents.ts";
import { PLAIN_TEMPLATE } from "../../core/render/templates.ts";
import { changedSettings, type SettingsChange } from "../../core/settings.ts";
import { sessionToMake, unstoredSession } from "../../core/turn/fresh-session.ts";
import type { TurnCall } from "../../core/turn/turn-call.ts";
import type { Agent } from "../../domain/agent.ts";
import { newId } from "../../domain/ids.ts";
import type { NewMessage } from "../../domain/message.ts";
import { botsPolicy } from "./policy.ts";
import type { BotBody, BotPatch, ChatBody } from "./schema.ts";

/** A chat call as a turn. */
export function decodeTurn(agent: Agent, body: ChatBody): TurnCall {
  return {
    dialect: "bots",
    policy: botsPolicy,
    sessionId: null,
    known: { session: unstoredSession(sessionToMake("bots", agent.id, agent.projectId, null)), agents: [agent] },
    agentId: agent.id,
    input: decodeMessages(body),
    tools: [],
    toolChoice: "auto",
    settings: {},
    endUser: body.user_id ?? undefined,
  };
}

function decodeMessages({ messages, prompt }: ChatBody): NewMessage[] {
  const said = [...(messages ?? []), ...(prompt ? [{ role: "user" as const, content: prompt }] : [])];
  return said.map(({ role, content }) => ({
    id: newId(),
    role,
    name: null,
    source: "api_request",
    parts: [{ type: "text", text: content }],
    model: null,
    createdAt: new Date(),
  }));
}

const settingsChange = ({ temperature, max_tokens }: BotPatch): SettingsChange => ({
  temperature,
  maxTokens: max_tokens,
});

export const decodeBot = (body: BotBody): AgentInput => ({
  name: body.name,
  canonicalName: null,
  project: null,
  about: body.description,
  instructions: instructionsOf(body.instructions),
  model: body.model ?? "",
  settings: changedSettings({}, settingsChange(body)),
  systemTemplate: PLAIN_TEMPLATE,
  metadata: null,
  slug: body.slug ?? null,
  isPublic: body.is_public,
});

/** Only what the body names. */
export function decodeBotPatch(body: BotPatch, old: AgentState): Partial<AgentInput> {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.description === undefined ? {} : { about: body.description }),
    ...(body.instructions === undefined ? {} : { instructions: instructionsOf(body.instructions) }),
    ...(body.model === undefined ? {} : { model: body.model ?? "" }),
    ...(body.slug === undefined ? {} : { slug: body.slug }),
    ...(body.is_public === undefined ? {} : { isPublic: body.is_public }),
    settings: changedSettings(old.settings, settingsChange(body)),
  };
}
