import { headers } from "next/headers";
import { hasPassword, identitiesOf } from "../core/accounts.ts";
import { findSampleAgent, getAgent } from "../core/agents.ts";
import { listApiKeys } from "../core/api-keys.ts";
import { forksBeside } from "../core/branches.ts";
import { listProviders, mayAddProviders } from "../core/model-providers.ts";
import { portsOf, type Scope } from "../core/scope.ts";
import { lookNow } from "../core/session-changes.ts";
import { getSession } from "../core/sessions.ts";
import { listSignIns } from "../core/sign-ins.ts";
import { getWindow } from "../core/turn/history.ts";
import { type Account, findAccount } from "../db/accounts.ts";
import { listSessions } from "../db/sessions.ts";
import type { SessionPage } from "../dialects/llamacloud/answers.ts";
import { encodeCursor, encodePage } from "../dialects/llamacloud/index.ts";
import { encodeAgent, encodeApiKey, encodeProvider, encodeSignIn } from "../dialects/web/encode.ts";
import { encodeWindow, type SessionWindow, TURNS_IN_WINDOW } from "../dialects/web/window.ts";
import { ChatError } from "../domain/errors.ts";
import { MOST_FILES } from "../domain/file.ts";
import { summaryOf } from "../routes/llamacloud-session.ts";
import { isOpen } from "../server/hosts.ts";
import { type Parley, parley } from "../server/parley.ts";
import { visitorOf } from "../sign-in/authenticate.ts";
import { describeProvider, providerOf } from "../sign-in/identities.ts";
import { agentPage } from "./agent-page.ts";
import { type IndexPage, type IndexView, indexPage, indexView, type SharedPage, sharedPage } from "./index-page.ts";
import { type UsagePage, usagePage } from "./usage-page.ts";

export type { UsagePage };

/** Whoever looks at a page; `name` is an e-mail address or what else the person is called, `id` the account's. */
export type Viewer = {
  readonly kind: "none" | "guest" | "person";
  readonly id: string | null;
  readonly name: string | null;
};

/** What every page's frame shows. */
export type Shell = {
  readonly viewer: Viewer;
  readonly model: { readonly id: string; readonly isDemo: boolean };
  /** With whom a visitor may sign in, besides e-mail and password. */
  readonly vouchers: readonly VoucherView[];
  /** Whether a visitor may chat without signing in. */
  readonly guests: boolean;
  /** Whether a visitor may make an account. */
  readonly signUp: boolean;
  /** How large a file may be, in bytes, and how many a question may have. */
  readonly files: { readonly each: number; readonly most: number };
  readonly sessions: SessionPage;
  /** What to ask for changes with that came after `sessions` was read. */
  readonly changesToken: string;
};

const PAGE = 50;

/** The frame of a page for whoever looks at it: nobody, a guest or a person. */
export async function loadShell(): Promise<Shell> {
  const running = await parley();
  const { token } = await lookNow(running.ports);
  const asked = await headers();
  const account = await viewerAccount(running);
  const { models } = running.ports;
  return {
    viewer: account
      ? { kind: account.kind, id: account.id, name: await shownName(running, account) }
      : { kind: "none", id: null, name: null },
    model: { id: models.defaultModel, isDemo: models.isDemo },
    vouchers: running.settings.vouchers.map(shownVoucher),
    guests: isOpen("guests", running.settings, asked),
    signUp: isOpen("signUp", running.settings, asked),
    files: { each: running.settings.files.each, most: MOST_FILES },
    sessions: account ? await firstPage(running, account.id) : { items: [], next_page_token: null },
    changesToken: token,
  };
}

/** The last turns of a session as the page begins with them, or null when the viewer has none such. */
export async function loadSession(id: string): Promise<SessionWindow | null> {
  const running = await parley();
  const account = await viewerAccount(running);
  if (!account) return null;
  const scope: Scope = { ...portsOf(running.ports, account.id), via: "cookie" };
  try {
    const session = await getSession(scope, id);
    const window = await getWindow(scope, session.id, { branchId: null, before: null, turns: TURNS_IN_WINDOW });
    const forks = await forksBeside(scope, session, window);
    return encodeWindow(await summaryOf(scope, { details: true }, session), window, forks);
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "not-found") return null;
    throw thrown;
  }
}

/** What the account page begins with; null for who has no account. */
export type AccountPage = {
  readonly keys: readonly ReturnType<typeof encodeApiKey>[];
  readonly usage: UsagePage;
  /** The agent that the sample calls are for; null where there is none yet. */
  readonly agentId: string | null;
  readonly hasPassword: boolean;
  /** Whether it can be deleted: the owner's belongs to the server. */
  readonly canLeave: boolean;
  /** The browsers that are signed in, the latest first. */
  readonly signIns: readonly ReturnType<typeof encodeSignIn>[];
  /** The providers of models that it has added; null where it may add none. */
  readonly providers: readonly ReturnType<typeof encodeProvider>[] | null;
  /** Who vouches for the person. */
  readonly identities: readonly IdentityView[];
  /** Who else could. */
  readonly vouchers: readonly VoucherView[];
};

/** Somebody who vouches for people that sign in. */
export type VoucherView = { readonly kind: string; readonly name: string };

const shownVoucher = ({ kind, name }: VoucherView): VoucherView => ({ kind, name });

/** An identity that signs in to an account: the provider's name, and what the person is called there. */
export type IdentityView = {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** Whether the server still lets anybody sign in with this provider. */
  readonly isOffered: boolean;
};

const USAGE_DAYS = 30;

/** The account page of whoever looks at it. */
export async function loadAccount(): Promise<AccountPage | null> {
  const running = await parley();
  const account = await viewerAccount(running);
  if (account?.kind !== "person") return null;
  const signInId = (await currentVisitor(running))?.signInId ?? null;
  const scope: Scope = { ...portsOf(running.ports, account.id), via: "cookie", signInId };
  const [keys, usage, agentId, isWithPassword, signIns, identities, providers, mayAdd] = await Promise.all([
    listApiKeys(scope),
    usagePage(running, scope, USAGE_DAYS),
    findSampleAgent(scope),
    hasPassword(scope),
    listSignIns(scope),
    identitiesOf(running.ports, account.id),
    listProviders(scope),
    mayAddProviders(scope),
  ]);
  const { vouchers } = running.settings;
  const connected = new Set(identities.map(({ provider }) => provider));
  return {
    keys: keys.map(encodeApiKey),
    usage,
    agentId,
    hasPassword: isWithPassword,
    canLeave: !account.isOwner,
    signIns: signIns.map(encodeSignIn),
    // What was added while it might is shown, so that it can be removed.
    providers: mayAdd || providers.length > 0 ? providers.map(encodeProvider) : null,
    identities: identities.map((identity) => ({
      id: identity.id,
      label: identity.label,
      ...describeProvider(vouchers, identity),
    })),
    vouchers: vouchers.filter((voucher) => !connected.has(providerOf(voucher))).map(shownVoucher),
  };
}

/** An agent as its page shows it. */
export type AgentView = ReturnType<typeof encodeAgent>;

/** A page of agents, the latest first. */
export type AgentPage = Awaited<ReturnType<typeof agentPage>>;

/** The latest agents of whoever looks; none for who has no account. */
export async function loadAgents(): Promise<AgentPage> {
  const scope = await viewerScope();
  return scope ? agentPage(scope, 0) : { items: [], has_more: false };
}

/** An agent of whoever looks, or null. */
export async function loadAgent(id: string): Promise<AgentView | null> {
  const scope = await viewerScope();
  if (!scope) return null;
  try {
    return encodeAgent(await getAgent(scope, id));
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "not-found") return null;
    throw thrown;
  }
}

/** The latest indexes of whoever looks; none for who has no account. */
export async function loadIndexes(): Promise<IndexPage> {
  const scope = await viewerScope();
  return scope ? indexPage(scope) : { items: [], has_more: false };
}

/** What every session of whoever looks has of documents; null for who has no account. */
export async function loadShared(): Promise<SharedPage | null> {
  const scope = await viewerScope();
  return scope && sharedPage(scope);
}

/** An index of whoever looks with its latest documents, or null. */
export async function loadIndex(id: string): Promise<IndexView | null> {
  const scope = await viewerScope();
  return scope && indexView(scope, id);
}

/** The names of the models that an agent may be given, the default first. */
export async function loadModels(): Promise<readonly string[]> {
  const { models } = (await viewerScope()) ?? (await parley()).ports;
  const known = await models.list().catch(() => []);
  return [...new Set([models.defaultModel, ...known.map(({ id }) => id)])];
}

async function viewerScope(): Promise<Scope | null> {
  const running = await parley();
  const account = await viewerAccount(running);
  return account && { ...portsOf(running.ports, account.id), via: "cookie" };
}

async function viewerAccount(running: Parley): Promise<Account | null> {
  const visitor = await currentVisitor(running);
  return visitor && findAccount(running.ports.database, visitor.accountId);
}

const currentVisitor = async (running: Parley) => visitorOf(running, (await headers()).get("cookie"));

/** The e-mail address of an account, or what those who vouch for the person call it. */
async function shownName({ ports }: Parley, { id, kind, email }: Account): Promise<string | null> {
  if (email !== null || kind === "guest") return email;
  const identities = await identitiesOf(ports, id);
  return identities.find(({ label }) => label !== "")?.label ?? null;
}

async function firstPage({ ports }: Parley, accountId: string): Promise<SessionPage> {
  const filter = { projectId: null, after: null, archived: false, withEmpty: false, limit: PAGE + 1 };
  const found = await listSessions(ports.database, accountId, filter);
  const page = found.slice(0, PAGE);
  const last = page.at(-1);
  return encodePage(page, found.length > PAGE && last ? encodeCursor(last, null) : null, true);
}
