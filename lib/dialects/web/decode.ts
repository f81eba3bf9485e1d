import type { z } from "zod";
import { type AgentInput, instructionsOf } from "../../core/agents.ts";
import type { ProviderInput } from "../../core/model-providers.ts";
import { PLAIN_TEMPLATE } from "../../core/render/templates.ts";
import { changedSettings } from "../../core/settings.ts";
import type { Agent } from "../../domain/agent.ts";
import type { AgentBody, AgentPatch, ProviderBody, ProviderPatch } from "./schema.ts";

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

export const decodeProvider = ({ name, kind, base_url, api_key }: z.output<typeof ProviderBody>): ProviderInput => ({
  name,
  kind,
  baseUrl: kind === "compatible" ? withoutLastSlash(base_url ?? "") : null,
  apiKey: api_key || null,
});

export const decodeProviderPatch = (body: z.output<typeof ProviderPatch>): Partial<Omit<ProviderInput, "kind">> => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.base_url == null ? {} : { baseUrl: withoutLastSlash(body.base_url) }),
  ...(body.api_key === undefined ? {} : { apiKey: body.api_key || null }),
});

const withoutLastSlash = (address: string): string => address.replace(/\/+$/u, "");
