import type { z } from "zod";
import { type AgentInput, instructionsOf } from "../../core/agents.ts";
import { PLAIN_TEMPLATE } from "../../core/render/templates.ts";
import { changedSettings } from "../../core/settings.ts";
import type { Agent } from "../../domain/agent.ts";
import type { AgentBody, AgentPatch } from "./schema.ts";

/** What is named of an agent. Instructions whose text stays keep their items, which other dialects may have made. */
export const decodeAgentPatch = (
  body: z.output<typeof AgentPatch>,
  old: Pick<Agent, "instructions" | "settings"> = { instructions: [], settings: {} },
): Partial<AgentInput> => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.about === undefined ? {} : { about: body.about }),
  ...(body.instructions === undefined || body.instructions === old.instructions.join("\n")
    ? {}
    : { instructions: instructionsOf(body.instructions) }),
  ...(body.model === undefined ? {} : { model: body.model ?? "" }),
  ...(body.slug === undefined ? {} : { slug: body.slug }),
  ...(body.is_public === undefined ? {} : { isPublic: body.is_public }),
  ...(body.allow_caller_system_messages === undefined ? {} : { allowCallerSystem: body.allow_caller_system_messages }),
  ...(body.session_max_ttl === undefined ? {} : { sessionTtlSeconds: body.session_max_ttl }),
  settings: changedSettings(old.settings, { temperature: body.temperature, maxTokens: body.max_tokens }),
});

export const decodeAgent = (body: z.output<typeof AgentBody>): AgentInput => ({
  name: body.name,
  canonicalName: null,
  project: null,
  about: "",
  model: "",
  instructions: [],
  systemTemplate: PLAIN_TEMPLATE,
  metadata: null,
  settings: {},
  ...decodeAgentPatch(body),
});
