import { z } from "zod";
import { type AgentInput, changedSettings, instructionsOf } from "../../core/agents.ts";
import type { ApiKeyInput } from "../../core/api-keys.ts";
import { SLUG } from "../../core/bots.ts";
import { PLAIN_TEMPLATE } from "../../core/render/templates.ts";
import type { SessionChanges } from "../../core/session-changes.ts";
import { storedSettings } from "../../core/settings.ts";
import type { Agent } from "../../domain/agent.ts";
import { type ApiKey, KEY_SCOPES } from "../../domain/api-key.ts";
import type { DayUsage } from "../../domain/usage.ts";
import { llamacloudFailure } from "../llamacloud/errors.ts";
import { encodeTool, ToolInput } from "./tools.ts";

export { encodeTool, ToolInput };

/** The web app's own routes: a cookie of our pages, or a key; no other origins. */
export const web = {
  name: "web",
  credentials: "key-or-guest",
  cors: false,
  bodyLimitBytes: 256 * 1024,
  failure: llamacloudFailure,
} as const;

const fault = (message: string) => ({ error: message, params: { type: "value_error" } });

/** An e-mail address and a password, for a new account or for signing in. */
export const AccountBody = z.object({
  email: z
    .string()
    .trim()
    .max(254)
    .regex(
      /^[^\s@,;<>"()[\]\\]+@[^\s@,;<>"()[\]\\]+\.[^\s@,;<>"()[\]\\]+$/u,
      fault("Enter one e-mail address, such as ada@example.org"),
    ),
  password: z.string().min(10, fault("Use at least 10 characters")).max(1000),
});

/** A new password; the e-mail address for an account that has none. */
export const PasswordBody = z.object({
  current_password: z.string().max(1000).nullish(),
  email: AccountBody.shape.email.nullish(),
  password: AccountBody.shape.password,
});

/** A key to be made. Absent limits are none. */
export const ApiKeyBody = z.object({
  name: z.string().trim().min(1, fault("Name the key after what will use it")).max(100),
  scopes: z.array(z.enum(KEY_SCOPES)).max(KEY_SCOPES.length).default([]),
  agent_id: z.guid().nullish(),
  /** Days from now; 1 to 3650. */
  expires_in_days: z.int().min(1).max(3650).nullish(),
});

/** An agent as the web app edits it: all fields are sent, null where there is none. */
const agentFields = {
  name: z.string().trim().min(1, fault("Give the agent a name")).max(255),
  about: z.string().max(2000),
  instructions: z.string().max(32_768),
  model: z.string().max(255).nullable(),
  temperature: z.number().min(0).max(2).nullable(),
  max_tokens: z.int().min(1).nullable(),
  slug: z
    .string()
    .regex(SLUG, fault("Use 2 to 63 lower-case letters, digits and hyphens, the first no hyphen"))
    .nullable(),
  is_public: z.boolean(),
  allow_caller_system_messages: z.boolean(),
  /** Seconds. */
  session_max_ttl: z.int().min(1).max(2_147_483_647).nullable(),
};
export const AgentBody = z
  .object({ name: agentFields.name })
  .extend(z.object(agentFields).omit({ name: true }).partial().shape);
export const AgentListQuery = z.object({
  offset: z
    .string()
    .regex(/^\d{1,9}$/u, fault("Input should be a whole number of 0 or more"))
    .transform(Number)
    .default(0),
});
export const AgentPatch = z.object(agentFields).partial();

/** What is named of an agent. Instructions whose text stays keep their items, which other dialects may have made. */
export const decodeAgentPatch = (
  body: z.output<typeof AgentPatch>,
  old: Pick<Agent, "instructions" | "settings"> = { instructions: [], settings: null },
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
  settings: changedSettings(old.settings, body),
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
  ...decodeAgentPatch(body),
  settings: changedSettings(null, body),
});

export function encodeAgent(agent: Agent) {
  const settings = storedSettings(agent.settings);
  return {
    id: agent.id,
    name: agent.name,
    about: agent.about,
    instructions: agent.instructions.join("\n"),
    model: agent.model || null,
    temperature: settings.temperature ?? null,
    max_tokens: settings.maxTokens ?? null,
    slug: agent.slug,
    is_public: agent.isPublic,
    allow_caller_system_messages: agent.allowCallerSystem,
    session_max_ttl: agent.sessionTtlSeconds,
    is_default: agent.isDefault,
    tools: agent.tools.map(encodeTool),
    created_at: agent.createdAt.toISOString(),
    updated_at: agent.updatedAt.toISOString(),
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const decodeApiKey = (body: z.output<typeof ApiKeyBody>, now: number): ApiKeyInput => ({
  name: body.name,
  scopes: [...new Set(body.scopes)],
  agentId: body.agent_id?.toLowerCase() ?? null,
  expiresAt: body.expires_in_days ? new Date(now + body.expires_in_days * DAY_MS) : null,
});

export const encodeApiKey = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  hint: key.hint,
  scopes: key.scopes,
  agent_id: key.agentId,
  expires_at: key.expiresAt?.toISOString() ?? null,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  created_at: key.createdAt.toISOString(),
});

export const UsageQuery = z.object({
  days: z
    .string()
    .regex(/^\d{1,3}$/u, fault("Input should be a whole number from 1 to 366"))
    .transform(Number)
    .pipe(z.int().min(1).max(366))
    .default(30),
});

export const encodeUsage = (usage: DayUsage) => ({
  day: usage.day,
  turns: usage.turns,
  errors: usage.errors,
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
});

// Any text may be asked with: one that is no token of this database is told so by `reset`.
export const ChangesQuery = z.object({ since: z.string().max(200).optional() });

/** What changed in the sessions of an account: see `listChangedSessions`. `items` are encoded as in a list. */
export const encodeChanges = <Item>({
  changes,
  items,
}: {
  readonly changes: SessionChanges;
  readonly items: Item;
}) => ({
  token: changes.token,
  items,
  deleted: changes.deletedIds,
  has_more: changes.hasMore,
  reset: changes.isReset,
});
