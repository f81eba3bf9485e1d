import type { Redis } from "ioredis";
import type { Reservation } from "../core/admitted.ts";
import type { Host } from "../core/host.ts";
import type { Log } from "../core/log.ts";
import type { Limits } from "../core/scope.ts";
import type { Database } from "../db/database.ts";
import { ChatError, type Rate } from "../domain/errors.ts";
import { openCounts } from "./counts.ts";
import type { Limit, LimitOptions, Standing } from "./limiters.ts";
import { networkOf } from "./network.ts";
import type { Settings } from "./settings.ts";
import type { Count } from "./taken.ts";

const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const MB = 1000 * 1000;
const ATTEMPTS_PER_MINUTE = 10;
const ATTEMPTS_OF_ADDRESS_PER_MINUTE = 30;
const SIGN_UPS_PER_HOUR = 10;
/** Of the tokens that an account may use in a day, strangers who talk to its public bots get so much at most. */
const STRANGERS_SHARE = 0.5;

/** Who is to be held to limits. */
export type Counted = {
  readonly accountId: string;
  /** Null for a browser, and for a caller without credentials. */
  readonly keyId: string | null;
  /** Whom the caller asks for: each has a count of its own under the key. */
  readonly endUserHash?: string;
  /** Somebody who talks to a public bot of the account, by a name of its own; `name` null where nobody knows it. */
  readonly stranger?: { readonly botId: string; readonly name: string | null } | null;
  /**
   * The address of a guest; null for anybody else. Absent: the one from which the guest asked last, where it is known
   * here.
   */
  readonly guestAddress?: string | null;
};

/** Work that is about to begin: about so many tokens, and whether it counts as a turn. */
export type Size = { readonly isTurn: boolean; readonly tokens: number };

export type RateLimits = {
  /** Hears of somebody who asks, so that what is done for a guest behind its requests counts for its address too. */
  readonly see: (who: Counted) => void;
  /**
   * Counts work that is about to begin, and tells `onRate` where the caller stands.
   *
   * Throws "rate-limited", and has then counted nothing.
   */
  readonly admit: (who: Counted, size: Size, onRate: (rate: Rate) => void) => Promise<Reservation>;
  /** Goes on with work for which so many tokens are set aside since a time in ms: by this process or another. */
  readonly resume: (who: Counted, work: { readonly tokens: number; readonly since: number }) => Reservation;
  /** Counts a request of an address. Throws "rate-limited". */
  readonly countRequest: (address: string) => Promise<void>;
  /** Counts a visitor of an address who becomes a guest. Throws "rate-limited". */
  readonly countGuest: (address: string) => Promise<void>;
  /** Counts a try at the password of somebody, by whatever name. Throws "rate-limited" after ten in a minute. */
  readonly countAttempt: (name: string) => Promise<void>;
  /** Counts a try at anybody's password from an address. Throws "rate-limited" after thirty in a minute. */
  readonly countAttemptFrom: (address: string) => Promise<void>;
  /**
   * Counts a file of so many bytes that somebody is about to store. Throws "rate-limited", and has then counted
   * nothing.
   */
  readonly countUpload: (who: Counted, bytes: number) => Promise<void>;
  /** Counts an account that is made from an address. Throws "rate-limited" after ten in an hour. */
  readonly countSignUp: (address: string) => Promise<void>;
  /** Where an account, a public bot or the whole server stands in its tokens of the day; null: it has no limit. */
  readonly standing: (
    of: { readonly accountId: string } | { readonly botId: string } | "server",
  ) => Promise<Standing | null>;
};

/**
 * The limits of this server.
 *
 * With Redis all instances count everything together; while it cannot be reached each counts on by itself from what it
 * last heard, and nobody new comes in. Without it they count turns, guests and tokens together on PostgreSQL, and the
 * rest each by itself; the embedded database has one process, which counts all but tokens in memory. The tokens of a
 * day are in the database then, so that a restart forgets none.
 */
export function openRateLimits(ports: {
  readonly host: Host;
  readonly database: Database;
  readonly redis: Redis | null;
  readonly settings: Settings;
  readonly log: Pick<Log, "warn">;
}): RateLimits {
  const { limit, consume, consumeAll, reservation, standing, isShared } = openCounts(ports);
  const { turns, tokens, uploads, doors } = limitsIn(ports.settings, ports.host, limit);
  const countOne = async (of: Limit | null, name: string): Promise<void> => {
    await consume({ limit: of, name, points: 1, isShown: false });
  };
  /**
   * While each instance counts by itself nobody new comes in: of strangers each would let in as many as all together
   * may.
   */
  const countNewcomer = async (of: Limit | null, from: string): Promise<void> => {
    if (!isShared()) throw new ChatError("rate-limited", NOT_SHARED, { retryAfterSeconds: 60 });
    await countOne(of, networkOf(from));
  };

  const guests = lastAddresses();

  return {
    see: guests.see,
    async admit(given, size, onRate) {
      const who = guests.withAddress(given);
      const points = Math.max(1, size.tokens);
      const turn = await consumeAll(size.isTurn ? turnCounts(turns, who) : [], onRate);
      const reserved = await consumeAll(tokenCounts(tokens, who, points), onRate).catch((thrown) => {
        turn.giveBack();
        throw thrown;
      });
      return reservation({ tokens: points, counts: (more) => tokenCounts(tokens, who, more), reserved, turns: turn });
    },
    resume(given, { tokens: size, since }) {
      const who = guests.withAddress(given);
      const counts = (more: number) => tokenCounts(tokens, who, more);
      return reservation({ tokens: size, counts, reserved: since, turns: null });
    },
    countAttempt: (name) => countOne(doors.attempts, name),
    countAttemptFrom: (from) => countOne(doors.attemptsFrom, networkOf(from)),
    countSignUp: (from) => countNewcomer(doors.signUps, from),
    countGuest: (from) => countNewcomer(doors.guests, from),
    countRequest: (from) => countOne(doors.requests, networkOf(from)),
    async countUpload(who, bytes) {
      await consumeAll(uploadCounts(uploads, who, bytes), () => {});
    },
    standing(of) {
      if (of === "server") return standing(tokens.server, ALL);
      return "botId" in of ? standing(tokens.bot, of.botId) : standing(tokens.account, of.accountId);
    },
  };
}

const MOST_GUESTS = 10_000;

/** From where guests asked last, of so many at the most. Kept in memory alone. */
function lastAddresses() {
  const known = new Map<string, string>();
  return {
    see({ accountId, guestAddress }: Counted): void {
      if (guestAddress === undefined) return;
      known.delete(accountId);
      if (guestAddress === null) return;
      known.set(accountId, guestAddress);
      const [oldest] = known.keys();
      if (known.size > MOST_GUESTS && oldest !== undefined) known.delete(oldest);
    },
    withAddress: (who: Counted): Counted =>
      who.guestAddress === undefined ? { ...who, guestAddress: known.get(who.accountId) ?? null } : who,
  };
}

type OpenLimit = (prefix: string, points: number | undefined, options: LimitOptions) => Limit | null;
type AllLimits = ReturnType<typeof limitsIn>;

/** All limits, by what they are for. */
function limitsIn(settings: Settings, host: Host, limit: OpenLimit) {
  const day = { seconds: DAY_SECONDS, isKept: true, isWarned: true };
  const hour = { seconds: HOUR_SECONDS };
  // Functions forget what they count for themselves.
  const isKept = !host.isAlwaysAwake;
  return {
    turns: {
      account: limit("turns", settings.turnsPerMinute, { what: "turns a minute" }),
      key: limit("key", settings.keyTurnsPerMinute, { what: "turns a minute with this API key" }),
      stranger: limit("stranger", settings.strangerTurnsPerMinute, { what: "turns a minute with this bot" }),
      guestMinute: limit("guest", settings.guestTurnsPerMinute, { what: `turns a minute ${FOR_GUESTS}` }),
      guestHour: limit("guest-hour", settings.guestTurnsPerHour, { ...hour, what: `turns an hour ${FOR_GUESTS}` }),
    },
    tokens: {
      account: limit("tokens", settings.tokensPerDay, { ...day, what: "tokens a day" }),
      key: limit("key-tokens", settings.keyTokensPerDay, { ...day, what: "tokens a day with this API key" }),
      bot: limit("bot-tokens", settings.botTokensPerDay, { ...day, what: "tokens a day with this bot" }),
      strangers: limit("strangers", shareOf(settings.tokensPerDay), { ...day, what: "tokens a day with these bots" }),
      guest: limit("guest-tokens", settings.guestTokensPerDay, {
        ...day,
        isWarned: false,
        what: `tokens a day ${FOR_GUESTS}`,
      }),
      server: limit("server", settings.serverTokensPerDay, { ...day, what: "tokens a day of this server" }),
    },
    uploads: {
      account: limit("uploads", settings.uploadsPerMinute, { what: "files a minute" }),
      guest: limit("guest-uploads", settings.guestUploadMbPerHour, {
        ...hour,
        what: `MB of files an hour ${FOR_GUESTS}`,
      }),
    },
    /** What is counted before anybody is known. */
    doors: {
      requests: limit("address", settings.requestsPerMinute, { isKept: false, what: "requests a minute" }),
      guests: limit("guests", settings.guestsPerHour, { ...hour, what: "new guests an hour from one address" }),
      signUps: limit("sign-ups", SIGN_UPS_PER_HOUR, { ...hour, what: "new accounts an hour from one address" }),
      attempts: limit("password", ATTEMPTS_PER_MINUTE, { isKept, what: "tries at a password a minute" }),
      attemptsFrom: limit("passwords", ATTEMPTS_OF_ADDRESS_PER_MINUTE, {
        isKept,
        what: "tries at passwords a minute from one address",
      }),
    },
  };
}

function turnCounts(
  limits: AllLimits["turns"],
  { accountId, keyId, endUserHash, stranger, guestAddress }: Counted,
): Count[] {
  const one = (limit: Limit | null, name: string): Count => ({ limit, name, points: 1, isShown: true });
  // Who pays for a stranger does not lose its own turns by it.
  if (stranger) return stranger.name === null ? [] : [one(limits.stranger, `${stranger.botId} ${stranger.name}`)];
  const network = guestAddress == null ? null : networkOf(guestAddress);
  return [
    one(limits.account, accountId),
    ...(keyId === null ? [] : [one(limits.key, `${keyId} ${endUserHash ?? ""}`)]),
    ...(network === null ? [] : [one(limits.guestMinute, network), one(limits.guestHour, network)]),
  ];
}

function tokenCounts(
  limits: AllLimits["tokens"],
  { accountId, keyId, endUserHash, stranger, guestAddress }: Counted,
  points: number,
): Count[] {
  const network = guestAddress == null || stranger ? null : networkOf(guestAddress);
  const some = (limit: Limit | null, name: string): Count => ({ limit, name, points, isShown: false });
  return [
    ...(stranger ? [some(limits.bot, stranger.botId), some(limits.strangers, accountId)] : []),
    ...(stranger || keyId === null ? [] : [some(limits.key, `${keyId} ${endUserHash ?? ""}`)]),
    ...(network === null ? [] : [some(limits.guest, network)]),
    some(limits.account, accountId),
    some(limits.server, ALL),
  ];
}

/** A file is one; of guests its megabytes count too. */
function uploadCounts(limits: AllLimits["uploads"], { accountId, guestAddress }: Counted, bytes: number): Count[] {
  const network = guestAddress == null ? null : networkOf(guestAddress);
  const points = Math.max(1, Math.ceil(bytes / MB));
  return [
    ...(network === null ? [] : [{ limit: limits.guest, name: network, points, isShown: false }]),
    { limit: limits.account, name: accountId, points: 1, isShown: false },
  ];
}

const NOT_SHARED = "Nobody new can come in right now. Try again in a minute.";
const FOR_GUESTS = "for guests of one address (sign in to have your own)";
const ALL = "all";

const shareOf = (tokensPerDay: number | undefined): number | undefined =>
  tokensPerDay === undefined ? undefined : Math.max(1, Math.floor(tokensPerDay * STRANGERS_SHARE));

/** What holds one caller. `onRate` hears where it stands. */
export const limitsOf = (
  limits: RateLimits,
  { turnsAtOnce }: Pick<Settings, "turnsAtOnce">,
  who: Counted,
  onRate: (rate: Rate) => void,
): Limits => {
  limits.see(who);
  return {
    admit: ({ endUserHash, ...size }) => limits.admit({ ...who, endUserHash }, size, onRate),
    resume: ({ endUserHash, ...work }) => limits.resume({ ...who, endUserHash }, work),
    mostAtOnce: turnsAtOnce ?? null,
    countUpload: (bytes) => limits.countUpload(who, bytes),
  };
};

/** Tells a caller where it stands: RateLimit header fields (draft-ietf-httpapi-ratelimit-headers, version 03). */
export function setRateHeaders(headers: Headers, { limit, remaining, resetSeconds }: Rate): void {
  headers.set("ratelimit-limit", String(limit));
  headers.set("ratelimit-remaining", String(remaining));
  headers.set("ratelimit-reset", String(resetSeconds));
}
