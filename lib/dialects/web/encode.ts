import type { Branches } from "../../core/branches.ts";
import type { SessionChanges } from "../../core/session-changes.ts";
import type { SignIn } from "../../core/sign-ins.ts";
import type { NamedShare, NamedShares } from "../../core/usage.ts";
import type { Agent } from "../../domain/agent.ts";
import type { ApiKey } from "../../domain/api-key.ts";
import type { FileInfo } from "../../domain/file.ts";
import type { ModelInfo } from "../../domain/model.ts";
import type { ModelProvider } from "../../domain/model-provider.ts";
import { withoutToolSecrets } from "../../domain/tool-secrets.ts";
import type { DayUsage } from "../../domain/usage.ts";
import { encodeFork } from "./fork.ts";
import { encodeTool } from "./tools.ts";

// What the web app gets from its own routes and with its pages.

export function encodeAgent(agent: Agent) {
  const { settings } = agent;
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

/** An agent as a list has it, and for keys that only read: of the secrets of its tools the names. */
export const encodeListedAgent = (agent: Agent): ReturnType<typeof encodeAgent> =>
  encodeAgent({ ...agent, tools: agent.tools.map(withoutToolSecrets) });

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

/** A file that was uploaded: what is attached names its id. */
export const encodeFile = ({ id, name, mediaType, size }: FileInfo) => ({ id, name, media_type: mediaType, size });

export const encodeSignIn = (signIn: SignIn) => ({
  id: signIn.id,
  browser: signIn.browser,
  created_at: signIn.createdAt.toISOString(),
  seen_at: signIn.seenAt.toISOString(),
  is_this: signIn.isThis,
});

export const encodeUsage = (usage: DayUsage) => ({
  day: usage.day,
  turns: usage.turns,
  errors: usage.errors,
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
});

/** Where somebody stands in a limit; null where there is none. */
export const encodeStanding = <
  Standing extends { readonly limit: number; readonly used: number; readonly resetSeconds: number },
>(
  standing: Standing | null,
) => standing && { limit: standing.limit, used: standing.used, reset_seconds: standing.resetSeconds };

const encodeShare = ({ id, name, calls, tokens }: NamedShare) => ({ id, name, calls, tokens });

/** Who used how many tokens, the most first. */
export const encodeShares = (shares: NamedShares) => ({
  kinds: shares.kinds.map(encodeShare),
  keys: shares.keys.map(encodeShare),
  bots: shares.bots.map(encodeShare),
  end_users: shares.endUsers.map(encodeShare),
  accounts: shares.accounts?.map(encodeShare) ?? null,
});

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
  unlisted: changes.unlistedIds,
  deleted: changes.deletedIds,
  has_more: changes.hasMore,
  reset: changes.isReset,
});

/** Where other lines of a session pass the one that is shown: see `listBranches`. */
export const encodeBranches = ({ activeBranchId, forks }: Branches) => ({
  active_branch_id: activeBranchId,
  forks: forks.map(encodeFork),
});

/** A provider of models: of its key the end, null where it has none. */
export const encodeProvider = (provider: ModelProvider) => ({
  id: provider.id,
  name: provider.name,
  kind: provider.kind,
  base_url: provider.baseUrl,
  key_hint: provider.keyHint,
  created_at: provider.createdAt.toISOString(),
  updated_at: provider.updatedAt.toISOString(),
});

const MOST_MODELS = 2000;

/**
 * The models that somebody may choose, and the one that answers where nobody has chosen. Models that one cannot chat
 * with are left out. `unlisted`: providers whose models may be asked for by name, since they have not told all of them.
 */
export const encodeModels = (models: readonly ModelInfo[], defaultModel: string, unlisted: readonly string[]) => ({
  default: defaultModel,
  unlisted,
  items: models
    .filter(({ id, isChat }) => isChat || id === defaultModel)
    .slice(0, MOST_MODELS)
    .map(({ id, label, provider, contextWindow, tools, images, reasoning, price }) => ({
      id,
      label,
      provider,
      context_window: contextWindow,
      tools,
      images,
      reasoning,
      price,
    })),
});
