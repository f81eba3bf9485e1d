import { portsOf, type Scope } from "../core/scope.ts";
import { findApiKey, touchApiKeys } from "../db/accounts.ts";
import { findSignIn, touchSignIn } from "../db/sign-ins.ts";
import type { Credentials, Surface } from "../dialects/dialect.ts";
import { dialectScopes, type Grant, READ_ONLY } from "../domain/api-key.ts";
import { ChatError, type Rate } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { addressOf } from "../server/address.ts";
import { isOpen, isOwnOrigin } from "../server/hosts.ts";
import { hashKey } from "../server/keys.ts";
import { withFields } from "../server/log.ts";
import type { Known, Parley } from "../server/parley.ts";
import { limitsOf } from "../server/rate-limits.ts";
import { isHttps } from "../server/settings.ts";
import { cookieValue, readSessionToken, sessionCookieName } from "./session-cookie.ts";

const REMEMBER_MS = 5000;
const TOUCH_MS = 60_000;
const REMEMBERED = 10_000;

/** `grant` is what a key may do; null for a browser, which may do all that its account may. */
export type Caller = Known & {
  readonly via: "key" | "cookie";
  /** The caller is a visitor, who becomes a guest of this id once the request is read. */
  readonly isVisitor?: true;
};

/**
 * Finds out who asks: by an API key in any of the spellings clients use, else by the cookie of a browser.
 *
 * A cookie counts only for a request of our own origin, and a key beats it. What was found is remembered for 5 s, so
 * that a revoked key and a sign-in that has ended work that much longer at most. Throws "unauthenticated", also to a
 * page that was made for somebody else, and "forbidden" for a key where a browser alone may ask.
 */
export async function authenticate(request: Request, parley: Parley, credentials: Credentials): Promise<Caller> {
  const holder = await keyHolder(request, parley);
  if (holder !== null && credentials === "cookie") throw browserOnly();
  if (holder !== null) return holder;
  if (credentials === "key" || !isSameOrigin(request, parley)) throw noCredentials();
  const known = await knownByCookie(parley, request.headers.get("cookie"));
  checkViewer(request, known);
  if (known !== null) return { ...known, via: "cookie" };
  const isReading = request.method === "GET" || request.method === "HEAD";
  const isClosed = credentials !== "key-or-guest" || !isOpen("guests", parley.settings, request.headers);
  if (isClosed || isReading) throw noCredentials();
  const visitor = { accountId: newId(), signInId: newId(), keyId: null, grant: null };
  return { ...visitor, via: "cookie", isVisitor: true, isGuest: true };
}

/** In it a page of ours says whom it was made for: the id of an account, or VIEWER_GUEST. */
const VIEWER_HEADER = "x-parley-viewer";
const VIEWER_GUEST = "guest";

/**
 * Throws "unauthenticated" to a page of somebody who is not signed in any more, who would become a new guest by writing
 * and find nothing of their own. A guest may have signed in meanwhile, and has then taken everything along.
 */
function checkViewer({ headers }: Request, known: Known | null): void {
  const viewer = headers.get(VIEWER_HEADER);
  if (viewer === null) return;
  if (known === null) throw new ChatError("unauthenticated", "You are signed out", { noun: "credentials" });
  if (viewer === VIEWER_GUEST || viewer === known.accountId) return;
  throw new ChatError("unauthenticated", "Somebody else is signed in now", { noun: "credentials" });
}

/** Who holds the key of a request; null for a request without one. Throws "unauthenticated" for a key that is none. */
export async function keyHolder(request: Request, parley: Parley): Promise<Caller | null> {
  const key = keyOf(request);
  if (key === null) return null;
  const known = await remembered(parley.callers, `key ${hashKey(key)}`, () => holderOfKey(parley, hashKey(key)));
  if (known === null) throw invalidKey();
  return { ...known, via: "key" };
}

/** Whose browser it is, and by which sign-in. */
export type Visitor = Pick<Known, "accountId" | "isGuest"> & { readonly signInId: string };

/** Whom the Cookie header of a browser speaks for, or null. */
export async function visitorOf(parley: Parley, cookies: string | null): Promise<Visitor | null> {
  const known = await knownByCookie(parley, cookies);
  return known?.signInId == null ? null : { ...known, signInId: known.signInId };
}

/** The visitor that a sign-in speaks for, where it still does. */
export async function visitorOfSignIn(parley: Parley, visitor: Visitor): Promise<Visitor | null> {
  return (await knownBySignIn(parley, visitor)) && visitor;
}

async function knownByCookie(parley: Parley, cookies: string | null): Promise<Known | null> {
  const cookie = cookieValue(cookies, sessionCookieName(isSecure(parley)));
  const read = (token: string) => () => readSessionToken(token, parley.secret);
  const claims = cookie === null ? null : await remembered(parley.cookies, hashKey(cookie), read(cookie));
  return claims && knownBySignIn(parley, { accountId: claims.sub, signInId: claims.signIn });
}

const knownBySignIn = (parley: Parley, visitor: Visitor): Promise<Known | null> =>
  remembered(parley.callers, `sign-in ${visitor.signInId} ${visitor.accountId}`, () => holderOfSignIn(parley, visitor));

/**
 * Throws "forbidden" where a key does not reach a surface, or would change something though it only reads. `isReading`:
 * a POST that changes nothing.
 */
export function checkGrant(
  grant: Grant | null,
  { name, isOfOneAgent }: Pick<Surface, "name" | "isOfOneAgent">,
  method: string,
  isReading: boolean,
): void {
  if (grant === null) return;
  if (grant.agentId !== null && !isOfOneAgent) {
    throw new ChatError("forbidden", "This API key reaches one agent only, and this API is not about one");
  }
  const dialects = dialectScopes(grant.scopes);
  if (dialects.length > 0 && !dialects.includes(name)) {
    throw new ChatError("forbidden", `This API key does not reach this API, only: ${dialects.join(", ")}`);
  }
  const changes = !isReading && method !== "GET" && method !== "HEAD";
  if (changes && grant.scopes.includes(READ_ONLY)) {
    throw new ChatError("forbidden", "This API key only reads");
  }
}

/** Forgets who is who, so that the next request looks it up: after sign-in, sign-out, revoking. */
export const forgetCallers = ({ callers }: Parley): void => callers.clear();

export const isSecure = (parley: Parley): boolean => isHttps(parley.settings);

type Answering = {
  readonly requestId: string;
  readonly onRate: (rate: Rate) => void;
  /** Who talks to a public bot without being of its account, and to which. */
  readonly stranger?: { readonly botId: string; readonly name: string } | null;
};

/** The scope of a caller's request. `onRate` hears where the caller stands in its limits; `requestId` is in its log. */
export function scopeOf(
  parley: Parley,
  caller: Caller,
  request: Request,
  { requestId, onRate, stranger = null }: Answering,
): Scope {
  const { accountId, keyId, grant, via, signInId, isGuest = false } = caller;
  const providerKey = request.headers.get("x-custom-api-key")?.trim() || undefined;
  const guestAddress = isGuest ? addressOf(request, parley.settings.trustedProxies) : null;
  const limits = limitsOf(parley.limits, parley.settings, { accountId, keyId, stranger, guestAddress }, onRate);
  const log = withFields(parley.ports.log, { requestId });
  const reach = { keyScopes: grant?.scopes ?? [], onlyAgentId: grant?.agentId ?? null };
  const isStillIn = () => stillCounts(parley, caller, request);
  const asker = { via, providerKey, keyId, signInId, ...reach, stranger: stranger?.name };
  return { ...portsOf(parley.ports, accountId), log, ...asker, limits, isStillIn };
}

/** Whether what a caller proved who it is with still counts. Throws where nobody can tell. */
async function stillCounts(parley: Parley, { accountId, keyId, signInId }: Caller, request: Request): Promise<boolean> {
  if (signInId !== null) return (await visitorOfSignIn(parley, { accountId, signInId })) !== null;
  if (keyId === null) return true;
  try {
    return (await keyHolder(request, parley))?.keyId === keyId;
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "unauthenticated") return false;
    throw thrown;
  }
}

const invalidKey = () => new ChatError("unauthenticated", "Invalid API key");
const browserOnly = () =>
  new ChatError("forbidden", "This is done on the account page, in the browser, and not with an API key");
const noCredentials = () => new ChatError("unauthenticated", "Invalid API key", { noun: "credentials" });

async function remembered<Found extends object>(
  known: Map<string, Found & { readonly until: number }>,
  name: string,
  look: () => Promise<Found | null>,
): Promise<Found | null> {
  const found = known.get(name);
  const left = (found?.until ?? 0) - Date.now();
  // More is left than there was only where the clock was set back.
  if (found && left > 0 && left <= REMEMBER_MS) return found;
  const seen = await look();
  if (known.size > REMEMBERED) known.clear();
  if (seen === null) known.delete(name);
  else known.set(name, { ...seen, until: Date.now() + REMEMBER_MS });
  return seen;
}

async function holderOfKey({ ports, touchedKeys: touched }: Parley, hash: string): Promise<Known | null> {
  const row = await findApiKey(ports.database, hash);
  if (!row) return null;
  if ((touched.get(row.id) ?? 0) + TOUCH_MS < Date.now()) {
    // Each key of the deployment would stay here for good.
    if (touched.size > REMEMBERED) touched.clear();
    touched.set(row.id, Date.now());
    const noted = touchApiKeys(ports.database, [row.id]).catch((thrown) => {
      ports.log.warn({ err: thrown }, "The last use of a key was not noted");
    });
    ports.host.keepAwake(noted);
  }
  const grant = { scopes: row.scopes, agentId: row.agentId };
  return { accountId: row.accountId, keyId: row.id, grant, signInId: null };
}

async function holderOfSignIn({ ports }: Parley, { accountId, signInId }: Visitor): Promise<Known | null> {
  const found = await findSignIn(ports.database, accountId, signInId);
  if (!found) return null;
  if (found.isStale) {
    const noted = touchSignIn(ports.database, accountId, signInId).catch((thrown) => {
      ports.log.warn({ err: thrown }, "The last use of a sign-in was not noted");
    });
    ports.host.keepAwake(noted);
  }
  return { accountId, keyId: null, grant: null, signInId, isGuest: found.isGuest };
}

/** The key of a request, or null. Two that differ are refused: nobody can say which one was meant. */
function keyOf({ headers }: Request): string | null {
  const bare = (value: string | null) => value?.replace(/^Bearer\s+/iu, "").trim() || null;
  const given = [headers.get("authorization"), headers.get("x-auth-key"), headers.get("x-api-key")].map(bare);
  const keys = new Set(given.filter((key) => key !== null));
  if (keys.size > 1) throw new ChatError("unauthenticated", "Two different API keys were sent. Send one.");
  return [...keys][0] ?? null;
}

/**
 * Whether a browser says that a page of ours made the request, by Fetch Metadata and by Origin: both, where it sends
 * both. A proxy that calls us by another name than people do is no page of ours until a setting says so.
 */
export function isSameOrigin(request: Request, { settings }: Pick<Parley, "settings">): boolean {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  // A page that tells nobody where it is, such as the one of the owner's link, has no origin to name.
  if (origin !== null && !(origin === "null" && site !== null)) return isOwnOrigin(origin, request.headers, settings);
  return site !== null || request.method === "GET" || request.method === "HEAD";
}
