import type { StoredProvider } from "../db/model-providers.ts";
import type { ModelInfo } from "../domain/model.ts";
import type { ProviderSetup } from "../domain/model-provider.ts";

/** Providers of models that an account may add. */
export const MOST_PROVIDERS = 20;

/** Who may add providers: the owner of the server, each person, or nobody. */
export type ProvidersFor = "owner" | "everybody" | "nobody";

/** What adding providers takes of the server. */
export type ProviderPort = {
  readonly addedBy: ProvidersFor;
  /** A key, encrypted for one provider of one account. */
  readonly seal: (apiKey: string, accountId: string, providerId: string) => string;
  /** The key of a provider, null where it has none. Throws "bad-request" for one that can no longer be read. */
  readonly keyOf: (accountId: string, provider: StoredProvider) => string | null;
  /** The models that a provider has; null where it does not say. Throws "model-failed" with its words. */
  readonly ask: (setup: ProviderSetup, accountId: string) => Promise<readonly ModelInfo[] | null>;
  /** What is remembered of an account's providers no longer holds. */
  readonly forget: (accountId: string) => void;
};
