import { json, read, request } from "../api";

export async function createAccount(email: string, password: string): Promise<void> {
  await request("/api/app/account", json("POST", { email, password }));
}

export const changePassword = (change: {
  readonly current_password: string | null;
  readonly email: string | null;
  readonly password: string;
}) => request("/api/app/account/password", json("POST", change));

/** Makes the next sign-in with one of those who vouch for people one more way into this account. */
export const startConnecting = () => request("/api/app/account/connect", { method: "POST" });

/** Ends the sign-in with one of those who vouch for the person. */
export const disconnect = (identityId: string) =>
  request(`/api/app/account/identities/${identityId}`, { method: "DELETE" });

/** Signs one browser of the account out. */
export const endSignIn = (id: string) => request(`/api/app/account/sign-ins/${id}`, { method: "DELETE" });

/** Deletes the account with all it has. */
export const deleteAccount = (password: string | null) => request("/api/app/account", json("DELETE", { password }));

export const signOutEverywhere = () => request("/api/app/account/sign-out", { method: "POST" });

export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly agent_id: string | null;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly created_at: string;
};

/** A key as it was made just now, with its text. */
export type NewApiKey = ApiKey & { readonly key: string };

export const makeKey = (key: {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly agent_id: string | null;
  readonly expires_in_days: number | null;
}) => read<NewApiKey>("/api/app/keys", json("POST", key));

export const revokeKey = (id: string) => request(`/api/app/keys/${id}`, { method: "DELETE" });

/** A provider of models that the account has added; its models are called `name/model`. */
export type ModelProvider = {
  readonly id: string;
  readonly name: string;
  readonly kind: "openai" | "anthropic" | "google" | "mistral" | "compatible";
  readonly base_url: string | null;
  /** The end of its key, empty where that would tell too much; null: it has none. */
  readonly key_hint: string | null;
};

/** A provider that has just answered; `models`: how many it has, null where it does not say. */
export type AnsweringProvider = ModelProvider & { readonly models: number | null };

export const addProvider = (provider: {
  readonly name: string;
  readonly kind: ModelProvider["kind"];
  readonly base_url: string | null;
  readonly api_key: string | null;
}) => read<AnsweringProvider>("/api/app/providers", json("POST", provider));

/** What is left out stays as it is. */
export const changeProvider = (
  id: string,
  change: { readonly name?: string; readonly base_url?: string; readonly api_key?: string },
) => read<AnsweringProvider>(`/api/app/providers/${id}`, json("PATCH", change));

export const removeProvider = (id: string) => request(`/api/app/providers/${id}`, { method: "DELETE" });

export type DayUsage = {
  readonly day: string;
  readonly turns: number;
  readonly errors: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
};
