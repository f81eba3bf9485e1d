import { admitting, type OpenModels } from "../core/admission.ts";
import type { Models } from "../core/scope.ts";
import type { StoredProvider } from "../db/model-providers.ts";
import type { CallModel, ModelInfo, ModelRequest } from "../domain/model.ts";
import { type ProviderSetup, splitModel } from "../domain/model-provider.ts";
import { type Catalogue, catalogueOf } from "../model/catalogue.ts";
import { type Lessons, lessons } from "../model/lessons.ts";

/** Another instance may have changed them: they are read again after so long. */
const REMEMBER_MS = 10_000;
const REMEMBERED = 1000;

type Ports = {
  /** The server's own models. */
  readonly own: OpenModels;
  readonly providersOf: (accountId: string) => Promise<readonly StoredProvider[]>;
  /** What it takes to call a provider. Throws "bad-request" for one whose key can no longer be read. */
  readonly setupOf: (accountId: string, provider: StoredProvider) => ProviderSetup;
  readonly callOf: (setup: ProviderSetup, accountId: string, known: Lessons) => CallModel;
  readonly ask: (setup: ProviderSetup, accountId: string) => Promise<readonly ModelInfo[] | null>;
};

type Opened = {
  readonly row: StoredProvider;
  readonly call: () => CallModel;
  readonly catalogue: Catalogue;
  readonly known: Lessons;
};
type Known = { readonly until: number; readonly opened: Promise<readonly Opened[]> };

/** The models that each account may use: the server's own, and `name/model` of the providers that it has added. */
export function accountModels({ own, providersOf, setupOf, callOf, ask }: Ports): {
  readonly of: (accountId: string) => Models;
  readonly forget: (accountId: string) => void;
} {
  const known = new Map<string, Known>();

  /** Providers that did not change stay as they are, with what is known of their models. */
  async function open(accountId: string, before: readonly Opened[]): Promise<readonly Opened[]> {
    const rows = await providersOf(accountId);
    return rows.map((row) => {
      const same = before.find((one) => one.row.id === row.id && +one.row.updatedAt === +row.updatedAt);
      if (same) return same;
      let call: CallModel | null = null;
      const known = lessons();
      return {
        row,
        known,
        call: () => {
          call ??= callOf(setupOf(accountId, row), accountId, known);
          return call;
        },
        catalogue: catalogueOf(async () => (await ask(setupOf(accountId, row), accountId)) ?? [], []),
      };
    });
  }

  async function openedOf(accountId: string): Promise<readonly Opened[]> {
    const remembered = known.get(accountId);
    if (remembered && remembered.until > Date.now()) return remembered.opened;
    const before = (await remembered?.opened.catch(() => [])) ?? [];
    if (known.size >= REMEMBERED) known.clear();
    const opened = open(accountId, before);
    known.set(accountId, { until: Date.now() + REMEMBER_MS, opened });
    // What failed is asked for again by the next.
    opened.catch(() => known.delete(accountId));
    return opened;
  }

  const providerOf = async (accountId: string, model: string) => {
    const named = splitModel(model);
    const provider = named && (await openedOf(accountId)).find(({ row }) => row.name === named.provider);
    return provider ? { provider, model: named.model } : null;
  };

  async function* routed(accountId: string, request: ModelRequest) {
    const found = await providerOf(accountId, request.model);
    // A key that came with the request is for the server's own provider.
    const inner = found && { ...request, model: found.model, apiKey: undefined };
    yield* inner ? found.provider.call()(inner) : own.call(request);
  }

  return {
    forget: (accountId) => void known.delete(accountId),
    of: (accountId) =>
      admitting({
        ...own,
        call: (request) => (request.model.includes("/") ? routed(accountId, request) : own.call(request)),
        async list(apiKey) {
          const [ours, opened] = await Promise.all([own.list(apiKey), openedOf(accountId)]);
          const theirs = await Promise.all(opened.map(listed));
          return [...ours, ...theirs.flat()];
        },
        async unlisted() {
          const opened = await openedOf(accountId);
          return opened.filter(({ catalogue }) => !catalogue.isComplete()).map(({ row }) => row.name);
        },
        async mayAsk(model, apiKey) {
          const found = await providerOf(accountId, model);
          if (found === null) return own.mayAsk(model, apiKey);
          const { catalogue } = found.provider;
          // One without a list is to judge itself.
          return (await catalogue.mayAsk(found.model)) || (await catalogue.list()).length === 0;
        },
      }),
  };
}

const listed = async ({ row, catalogue, known }: Opened): Promise<readonly ModelInfo[]> =>
  (await catalogue.list()).map((model) => ({
    ...known.informed(model),
    id: `${row.name}/${model.id}`,
    provider: row.name,
  }));
