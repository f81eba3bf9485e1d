/** What a provider of models speaks; "compatible": OpenAI's chat completions, at an address of its own. */
export const PROVIDER_KINDS = ["openai", "anthropic", "google", "mistral", "compatible"] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** A provider of models that an account has added. Its models are called `name/model`. */
export type ModelProvider = {
  readonly id: string;
  /** One of its kind in the account: `PROVIDER_NAME`. */
  readonly name: string;
  readonly kind: ProviderKind;
  /** Where a "compatible" one is, such as `http://localhost:11434/v1`; null for all others. */
  readonly baseUrl: string | null;
  /** The last characters of its key, to be shown; null: it has none. */
  readonly keyHint: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** What it takes to call a provider. */
export type ProviderSetup = {
  readonly kind: ProviderKind;
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
};

/** No slash: behind the first one the model's own name begins, which may hold more. */
export const PROVIDER_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,30}[a-z0-9])?$/u;

/** The provider's name and the model's own in `provider/model`; null where there is no provider's name in it. */
export function splitModel(model: string): { readonly provider: string; readonly model: string } | null {
  const at = model.indexOf("/");
  return at <= 0 || at === model.length - 1 ? null : { provider: model.slice(0, at), model: model.slice(at + 1) };
}
