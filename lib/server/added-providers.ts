import type { OpenModels } from "../core/admission.ts";
import type { Log } from "../core/log.ts";
import { MOST_PROVIDERS, type ProviderPort } from "../core/provider-port.ts";
import type { Models } from "../core/scope.ts";
import type { Database } from "../db/database.ts";
import { listProviders, type StoredProvider } from "../db/model-providers.ts";
import { ChatError } from "../domain/errors.ts";
import type { ProviderSetup } from "../domain/model-provider.ts";
import { callProviderOf } from "../model/provider-call.ts";
import { askModels } from "../model/provider-models.ts";
import type { Waits } from "../model/waits.ts";
import { checkedLookup, safeFetch } from "../outbound/safe-fetch.ts";
import { accountModels } from "./account-models.ts";
import { sealing } from "./sealing.ts";
import type { Settings } from "./settings.ts";

const ASK_MS = 15_000;

type Parts = {
  readonly database: Database;
  readonly own: OpenModels;
  readonly settings: Pick<Settings, "outboundAllow" | "modelProviders" | "isForThisMachine">;
  /** Seals the keys. */
  readonly secret: string;
  readonly ownerId: string;
  readonly waits: Waits;
  readonly log: Log;
};

/**
 * The providers of models that accounts add.
 *
 * Addresses that a person gives are held to what tools are held to: the public internet and `OUTBOUND_ALLOW`. Where the
 * server is there for this machine alone, its owner may name private ones too, such as an Ollama beside it.
 */
export function openAddedProviders({ database, own, settings, secret, ownerId, waits, log }: Parts): {
  readonly modelsOf: (accountId: string) => Models;
  readonly port: ProviderPort;
} {
  const { seal, unseal } = sealing(secret);
  const allow = settings.outboundAllow;
  const guarded = { fetch: safeFetch({ allow }), lookup: checkedLookup({ allow }) };
  const open = { fetch: safeFetch({ allow, isOpen: true }), lookup: checkedLookup({ allow, isOpen: true }) };
  const reachOf = (accountId: string) => (settings.isForThisMachine && accountId === ownerId ? open : guarded);

  const keyOf = (accountId: string, { id, name, sealedKey }: StoredProvider): string | null => {
    if (sealedKey === null) return null;
    const key = unseal(sealedKey, ownerOf(accountId, id));
    if (key === null) throw unreadableKey(name);
    return key;
  };
  const setupOf = (accountId: string, provider: StoredProvider): ProviderSetup => ({
    kind: provider.kind,
    baseUrl: provider.baseUrl,
    apiKey: keyOf(accountId, provider),
  });
  const ask = (setup: ProviderSetup, accountId: string) =>
    askModels(setup, reachOf(accountId).fetch, AbortSignal.timeout(ASK_MS));
  const { of, forget } = accountModels({
    own,
    providersOf: (accountId) => listProviders(database, accountId, MOST_PROVIDERS),
    setupOf,
    callOf: (setup, accountId, lessons) =>
      callProviderOf(setup, { lookup: reachOf(accountId).lookup, waits, log, lessons }),
    ask,
  });
  return {
    modelsOf: of,
    port: {
      addedBy: settings.modelProviders,
      seal: (apiKey, accountId, providerId) => seal(apiKey, ownerOf(accountId, providerId)),
      keyOf,
      ask,
      forget,
    },
  };
}

const ownerOf = (accountId: string, providerId: string): string => `${accountId} ${providerId}`;

const unreadableKey = (name: string): ChatError =>
  new ChatError(
    "bad-request",
    `The key of the provider "${name}" can no longer be read, since NEXTAUTH_SECRET has changed. Enter it again on the account page.`,
  );
