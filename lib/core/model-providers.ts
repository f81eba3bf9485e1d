import { findAccount } from "../db/accounts.ts";
import * as db from "../db/model-providers.ts";
import { ChatError, type Issue, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import type { ModelProvider, ProviderKind } from "../domain/model-provider.ts";
import { checkPerson } from "./accounts.ts";
import { MOST_PROVIDERS, type ProviderPort } from "./provider-port.ts";
import type { Scope } from "./scope.ts";

// The providers of models that an account has added beside the server's own.

export type ProviderInput = {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
};

/** A provider that has just answered; `models`: how many it has, null where it does not say. */
export type AnsweringProvider = { readonly provider: ModelProvider; readonly models: number | null };

const HINT_CHARACTERS = 4;
/** A shorter key has no characters that could be shown. */
const SHORTEST_HINTED = 16;

/** Whether the account may add providers. */
export async function mayAddProviders({ database, accountId, providers }: Scope): Promise<boolean> {
  if (providers === undefined || providers.addedBy === "nobody") return false;
  const account = await findAccount(database, accountId);
  return account?.kind === "person" && (providers.addedBy === "everybody" || account.isOwner);
}

/** The account's providers, the oldest first. Throws "forbidden" for a guest and with a key. */
export async function listProviders(scope: Scope): Promise<readonly ModelProvider[]> {
  await checkPerson(scope);
  return (await db.listProviders(scope.database, scope.accountId, MOST_PROVIDERS)).map(withoutKey);
}

/**
 * Adds a provider once it has answered with the models it has.
 *
 * Throws as `listProviders` does, "forbidden" where the account may add none, "conflict" where there are twenty or one
 * of this name, "invalid" at the field at fault for one that refuses the key or cannot be reached.
 */
export async function addProvider(scope: Scope, input: ProviderInput): Promise<AnsweringProvider> {
  const { database, accountId } = scope;
  await checkPerson(scope);
  const port = await checkMayAdd(scope);
  const known = await db.listProviders(database, accountId, MOST_PROVIDERS);
  if (known.length >= MOST_PROVIDERS) {
    throw new ChatError("conflict", `There are ${MOST_PROVIDERS} providers already. Remove one that is not used.`);
  }
  if (known.some(({ name }) => name === input.name)) throw taken(input.name);
  const models = await asked(port, scope, input);
  const id = newId();
  const { apiKey, ...rest } = input;
  const key = sealedKey(port, accountId, id, apiKey);
  if (!(await db.insertProvider(database, accountId, { ...rest, ...key, id }))) throw taken(input.name);
  port.forget(accountId);
  return { provider: await found(scope, id), models: models?.length ?? null };
}

/**
 * Changes a provider once it has answered; `apiKey` absent: it keeps its key, but for a new address, which is not to
 * get it. Throws as `addProvider` does, and "not-found".
 */
export async function changeProvider(
  scope: Scope,
  id: string,
  change: Partial<Omit<ProviderInput, "kind">>,
): Promise<AnsweringProvider> {
  const { database, accountId } = scope;
  await checkPerson(scope);
  const old = await stored(scope, id);
  const port = await checkMayAdd(scope);
  const baseUrl = old.kind === "compatible" ? (change.baseUrl ?? old.baseUrl) : null;
  if (change.apiKey === undefined && old.sealedKey !== null && originOf(baseUrl) !== originOf(old.baseUrl)) {
    throw invalid("api_key", "Enter the key again: it is not sent to a new address by itself.");
  }
  const apiKey = change.apiKey === undefined ? port.keyOf(accountId, old) : change.apiKey;
  const name = change.name ?? old.name;
  const models = await asked(port, scope, { name, kind: old.kind, baseUrl, apiKey });
  const key = change.apiKey === undefined ? {} : sealedKey(port, accountId, old.id, change.apiKey);
  const isChanged = await db.updateProvider(database, accountId, old.id, { name, baseUrl, ...key });
  port.forget(accountId);
  if (isChanged === "taken") throw taken(name);
  if (!isChanged) throw notFound("provider", id);
  return { provider: await found(scope, old.id), models: models?.length ?? null };
}

/** Removes a provider with its key. Throws as `listProviders` does, and "not-found". */
export async function removeProvider(scope: Scope, id: string): Promise<void> {
  await checkPerson(scope);
  const isGone = isId(id) && (await db.deleteProvider(scope.database, scope.accountId, id.toLowerCase()));
  scope.providers?.forget(scope.accountId);
  if (!isGone) throw notFound("provider", id);
}

async function checkMayAdd(scope: Scope): Promise<ProviderPort> {
  const { providers } = scope;
  if (providers === undefined || !(await mayAddProviders(scope))) {
    throw new ChatError("forbidden", "On this server only its owner adds providers of models (MODEL_PROVIDERS).");
  }
  return providers;
}

async function stored({ database, accountId }: Scope, id: string): Promise<db.StoredProvider> {
  const all = await db.listProviders(database, accountId, MOST_PROVIDERS);
  const one = all.find((provider) => provider.id === id.toLowerCase());
  if (!one) throw notFound("provider", id);
  return one;
}

const found = async (scope: Scope, id: string): Promise<ModelProvider> => withoutKey(await stored(scope, id));

const withoutKey = ({ sealedKey: _, ...provider }: db.StoredProvider): ModelProvider => provider;

/** What a provider answers to the question for its models. Its refusal is told at the field that it is about. */
async function asked(port: ProviderPort, { accountId }: Scope, { kind, baseUrl, apiKey }: ProviderInput) {
  try {
    return await port.ask({ kind, baseUrl, apiKey }, accountId);
  } catch (thrown) {
    if (!(thrown instanceof ChatError) || thrown.code === "internal") throw thrown;
    const { providerStatus: status } = thrown.details;
    const isOfKey = status === 401 || status === 403 || kind !== "compatible";
    throw invalid(isOfKey ? "api_key" : "base_url", `${thrown.message}. Nothing was saved.`.replace("..", "."));
  }
}

function sealedKey(port: ProviderPort, accountId: string, id: string, apiKey: string | null) {
  if (apiKey === null) return { sealedKey: null, keyHint: null };
  const keyHint = apiKey.length < SHORTEST_HINTED ? "" : apiKey.slice(-HINT_CHARACTERS);
  return { sealedKey: port.seal(apiKey, accountId, id), keyHint };
}

const originOf = (address: string | null): string | null => (address === null ? null : new URL(address).origin);

const taken = (name: string): ChatError =>
  new ChatError("conflict", `There is a provider called "${name}" already.`, { noun: "provider" });

function invalid(field: string, message: string): ChatError {
  const issue: Issue = { path: ["body", field], type: "value_error", message, input: null };
  return new ChatError("invalid", message, { issues: [issue] });
}
