import { join } from "node:path";
import { z } from "zod";
import { ChatError } from "../domain/errors.ts";
import { FILE_LIMITS, type FileLimits } from "../domain/file.ts";
import { MAXIMA, type MaximaByKind, maximaOf } from "../domain/maxima.ts";
import { isSecretName } from "../domain/secrets.ts";
import { isOnVercel, missingSettings, withPlatform } from "./vercel-settings.ts";

const blankIsUnset = (value: unknown) => (typeof value === "string" && value.trim() === "" ? undefined : value);
const text = z.preprocess(blankIsUnset, z.string().optional());
const url = (protocols: RegExp, example: string) =>
  z.preprocess(blankIsUnset, z.url({ protocol: protocols, error: `must be an address such as ${example}` }).optional());
const onOff = z.preprocess(
  (value) => (typeof value === "string" ? blankIsUnset(value.toLowerCase()) : value),
  z.enum(["on", "off", "true", "false", "1", "0"], { error: "must be on or off" }).optional(),
);
const hosts = (example: string) =>
  z.preprocess(
    blankIsUnset,
    z
      .string()
      .default("")
      .transform((value, context) => {
        const entries = value.split(",").map((entry) => entry.trim());
        const known = entries.filter((entry) => entry !== "").map(canonicalHost);
        const right = known.filter((entry) => entry !== null);
        if (right.length < known.length) {
          context.addIssue({ code: "custom", message: `must name hosts such as ${example}, parted by commas` });
        }
        return right;
      }),
  );

/** Keys are stored as plain SHA-256, so that a short one could be found from that. */
export const SHORTEST_KEY = 24;
const KEY = `must have ${SHORTEST_KEY} characters or more, such as what \`openssl rand -hex 24\` prints`;
const MB = 1000 * 1000;
const PORT = "must be a whole number from 0 to 65535";
const COUNT = "must be a whole number of 1 or more";
const count = z.preprocess(
  blankIsUnset,
  z.coerce.number({ error: COUNT }).int({ error: COUNT }).min(1, { error: COUNT }).optional(),
);
const SECONDS = "must be a number of seconds from 1 to 86400";
const seconds = z.preprocess(
  blankIsUnset,
  z.coerce.number({ error: SECONDS }).min(1, { error: SECONDS }).max(86_400, { error: SECONDS }).optional(),
);
const COUNT_OR_OFF = `${COUNT}, or off`;
/** A limit that holds unless it is turned off, which is null. */
const countUnlessOff = (byDefault: number) =>
  z.preprocess(
    (value) => (typeof value === "string" ? blankIsUnset(value.trim().toLowerCase()) : value),
    z
      .union(
        [
          z.literal("off").transform(() => null),
          z.coerce.number({ error: COUNT_OR_OFF }).int({ error: COUNT_OR_OFF }).min(1, { error: COUNT_OR_OFF }),
        ],
        { error: COUNT_OR_OFF },
      )
      .default(byDefault),
  );
/** A whole number between two. */
const between = (least: number, most: number, byDefault: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.preprocess(
    blankIsUnset,
    z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error }).default(byDefault),
  );
};
/** More than this of an account nobody waits for. */
const MOST_THINGS = 10_000_000;
const PROXIES = "must be a whole number from 0 to 10";
const STOP = "must be a whole number from 1 to 600";
const Variables = z.object({
  PORT: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: PORT })
      .int({ error: PORT })
      .min(0, { error: PORT })
      .max(65_535, { error: PORT })
      .default(3000),
  ),
  HOST: z.preprocess(blankIsUnset, z.string().default("127.0.0.1")),
  DATA_DIR: z.preprocess(blankIsUnset, z.string().default("./data")),
  DATABASE_URL: url(/^postgres(ql)?$/, "postgresql://user:password@host:5432/name"),
  DATABASE_URL_UNPOOLED: url(/^postgres(ql)?$/, "postgresql://user:password@host:5432/name"),
  DIRECT_URL: url(/^postgres(ql)?$/, "postgresql://user:password@host:5432/name"),
  DATABASE_POOLED: onOff,
  MIGRATE: z.preprocess(blankIsUnset, z.enum(["start", "deploy"], { error: "must be start or deploy" }).optional()),
  BACKUP_DIR: text,
  BACKUP_HOURS: between(0, 24 * 7, 6),
  BACKUPS_KEPT: between(1, 1000, 7),
  REDIS_URL: url(/^rediss?$/, "redis://user:password@host:6379"),
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: url(/^https?$/, "http://localhost:11434/v1"),
  OPENAI_MODEL: text,
  OPENAI_SMALL_MODEL: text,
  OPENAI_EMBEDDING_MODEL: text,
  MODEL_FIRST_WAIT: seconds,
  MODEL_SILENCE_WAIT: seconds,
  MODEL_TOTAL_WAIT: seconds,
  BUILTIN_TOOLS: onOff,
  PARLEY_API_KEY: z.preprocess(blankIsUnset, z.string().min(SHORTEST_KEY, { error: KEY }).optional()),
  NEXTAUTH_SECRET: z.preprocess(
    blankIsUnset,
    z.string().min(16, { error: "must have 16 characters or more" }).optional(),
  ),
  CRON_SECRET: z.preprocess(blankIsUnset, z.string().min(16, { error: "must have 16 characters or more" }).optional()),
  NEXTAUTH_URL: url(/^https?$/, "https://chat.example.org"),
  LOG_LEVEL: z.preprocess(
    blankIsUnset,
    z
      .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
        error: "must be one of fatal, error, warn, info, debug, trace, silent",
      })
      .default("info"),
  ),
  STOP_SECONDS: z.preprocess(
    blankIsUnset,
    z.coerce.number({ error: STOP }).int({ error: STOP }).min(1, { error: STOP }).max(600, { error: STOP }).default(25),
  ),
  ALLOWED_HOSTS: hosts("chat.example.org or parley.lan:3000"),
  OUTBOUND_ALLOW: hosts("search.example or 10.0.0.5:8080"),
  TURNS_PER_MINUTE: count,
  KEY_TURNS_PER_MINUTE: count,
  TURNS_AT_ONCE: count,
  TOKENS_PER_DAY: count,
  KEY_TOKENS_PER_DAY: count,
  SERVER_TOKENS_PER_DAY: count,
  GUESTS_PER_HOUR: countUnlessOff(20),
  GUEST_TURNS_PER_MINUTE: countUnlessOff(10),
  GUEST_TURNS_PER_HOUR: countUnlessOff(60),
  GUEST_TOKENS_PER_DAY: countUnlessOff(2_000_000),
  STRANGER_TURNS_PER_MINUTE: countUnlessOff(10),
  BOT_TOKENS_PER_DAY: countUnlessOff(200_000),
  REQUESTS_PER_MINUTE: count,
  FILE_MB: between(1, 2000, FILE_LIMITS.each / MB),
  ACCOUNT_FILES_MB: between(1, 10_000_000, FILE_LIMITS.room.account / MB),
  GUEST_FILES_MB: between(1, 10_000_000, FILE_LIMITS.room.guest / MB),
  SERVER_FILES_MB: between(1, 10_000_000, FILE_LIMITS.room.all / MB),
  ACCOUNT_AGENTS: between(1, MOST_THINGS, MAXIMA.person.agents),
  ACCOUNT_USERS: between(1, MOST_THINGS, MAXIMA.person.users),
  ACCOUNT_SESSIONS: between(1, MOST_THINGS, MAXIMA.person.sessions),
  ACCOUNT_DOCS: between(1, MOST_THINGS, MAXIMA.person.docs),
  UPLOADS_PER_MINUTE: countUnlessOff(60),
  GUEST_UPLOAD_MB_PER_HOUR: countUnlessOff(100),
  TRUSTED_PROXIES: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: PROXIES })
      .int({ error: PROXIES })
      .min(0, { error: PROXIES })
      .max(10, { error: PROXIES })
      .default(0),
  ),
  GITHUB_CLIENT_ID: text,
  GITHUB_CLIENT_SECRET: text,
  GOOGLE_CLIENT_ID: text,
  GOOGLE_CLIENT_SECRET: text,
  OIDC_ISSUER: url(/^https?$/, "https://login.example.org"),
  OIDC_CLIENT_ID: text,
  OIDC_CLIENT_SECRET: text,
  OIDC_NAME: text,
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, "http://localhost:4318"),
  GUESTS: onOff,
  SIGN_UP: onOff,
  MODEL_PROVIDERS: z.enum(["owner", "everybody", "nobody"]).default("owner"),
});

type Variables = z.output<typeof Variables>;

/** What people call the providers that have no issuer, by their kind. */
export const PROVIDER_NAMES = { github: "GitHub", google: "Google" } as const;

/** Somebody who vouches for people that sign in. */
export type Voucher = {
  readonly kind: "github" | "google" | "oidc";
  /** What people know it as. */
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of an OpenID Connect provider: where its configuration is found. */
  readonly issuer?: string;
};

/** How this server is set up. `.env.example` says what each setting means. */
export type Settings = {
  readonly port: number;
  /** Where the server listens: what was really bound, however it was started. */
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl?: string;
  /** An address of the same database without a pooler in between. */
  readonly directUrl?: string;
  /** Whether `databaseUrl` is a pooler's; absent: that is found out. */
  readonly isPooled?: boolean;
  /** Whether a start applies pending migrations; else a step of the deploy does. */
  readonly migratesAtStart: boolean;
  /** Snapshots of the embedded database; `everyHours` 0: none but those that are asked for. */
  readonly backups: { readonly dir: string; readonly everyHours: number; readonly kept: number };
  /** Where limits are counted and instances signal each other; absent: in the database or in this process. */
  readonly redisUrl?: string;
  readonly openai: {
    readonly apiKey?: string;
    readonly baseUrl?: string;
    readonly model?: string;
    readonly smallModel?: string;
    readonly embeddingModel?: string;
  };
  /** How long the model server is waited for, in ms; absent: as long as `lib/model` finds right. */
  readonly modelWaits: { readonly firstMs?: number; readonly silenceMs?: number; readonly totalMs?: number };
  /** Whether models are offered the server's own tools. */
  readonly builtinTools: boolean;
  readonly apiKey?: string;
  readonly secret?: string;
  /** Who shows it may have the server look after what was left: see `/api/cron`. */
  readonly cronSecret?: string;
  readonly publicUrl?: string;
  readonly logLevel: string;
  /** How long a stop takes at most. */
  readonly stopSeconds: number;
  /** `host` or `host:port` as URLs spell them: names of this server besides its own addresses and `publicUrl`. */
  readonly allowedHosts: readonly string[];
  /** `host` or `host:port` as URLs spell them: what tools and added providers may request although it is private. */
  readonly outboundAllow: readonly string[];
  /** Who may add providers of models. */
  readonly modelProviders: "owner" | "everybody" | "nobody";
  /** Whether nobody but this machine reaches the server. */
  readonly isForThisMachine: boolean;
  /** Turns that an account may begin in a minute; absent: as many as it likes. */
  readonly turnsPerMinute?: number;
  /** The same for each API key, and under it for each end user that it names. */
  readonly keyTurnsPerMinute?: number;
  /** Turns of an account that run at once, and as many of strangers on its behalf. */
  readonly turnsAtOnce?: number;
  /** Tokens that an account may use in 24 hours, from its first turn on; strangers half of them at most. */
  readonly tokensPerDay?: number;
  /** The same for each API key, and under it for each end user that it names. */
  readonly keyTokensPerDay?: number;
  /** The same for all accounts and strangers together. */
  readonly serverTokensPerDay?: number;
  /** Visitors of one address that become guests in an hour. An IPv6 address counts by its first 64 bits. */
  readonly guestsPerHour?: number;
  /** Turns that the guests of one address may begin together. */
  readonly guestTurnsPerMinute?: number;
  readonly guestTurnsPerHour?: number;
  /** Tokens that they may use in 24 hours, those of their docs' embeddings included. */
  readonly guestTokensPerDay?: number;
  /** Turns that strangers of one address may begin with one public bot in a minute. */
  readonly strangerTurnsPerMinute?: number;
  /** Tokens that strangers may use with one public bot in 24 hours. */
  readonly botTokensPerDay?: number;
  /** API requests from one address in a minute. */
  readonly requestsPerMinute?: number;
  /** How much files may come to. */
  readonly files: FileLimits;
  /** How many things of each kind an account may have. */
  readonly maxima: MaximaByKind;
  /** Files that an account may store in a minute. */
  readonly uploadsPerMinute?: number;
  /** Megabytes of files that the guests of one address may store in an hour together. */
  readonly guestUploadMbPerHour?: number;
  /** How many proxies in front of the server are believed about where a request comes from. */
  readonly trustedProxies: number;
  /** With whom people may sign in, besides e-mail and password. */
  readonly vouchers: readonly Voucher[];
  /** Whether traces and metrics are sent somewhere. */
  readonly hasOtlp: boolean;
  /** Whether a visitor may chat without signing in. */
  readonly guests: boolean;
  /** Whether a visitor may make an account. */
  readonly signUp: boolean;
  /** Which of both nobody has set: these are open to this machine alone, never to what a proxy hands on. */
  readonly unset: Readonly<Record<Door, boolean>>;
  /** Whether the process is a function that is frozen between requests. */
  readonly isFunction: boolean;
  /** The most bytes that a body has by the time it is here; absent: nobody in front of the server has a limit. */
  readonly mostBodyBytes?: number;
};

/** Vercel refuses bodies over 4.5 MB itself, in a shape of its own. */
const FUNCTION_BODY_BYTES = 4 * 1024 * 1024;

/** What strangers may do without being asked who they are. */
export type Door = "guests" | "signUp";

/** Whether a host, without brackets, is this machine for itself alone. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

/** What platforms that publish a server set in its environment: there a loopback address says nothing of who comes. */
const PLATFORMS = [
  "VERCEL",
  "NETLIFY",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_EXECUTION_ENV",
  "K_SERVICE",
  "KUBERNETES_SERVICE_HOST",
  "FLY_APP_NAME",
  "RENDER",
  "RAILWAY_ENVIRONMENT_NAME",
  "DYNO",
  "WEBSITE_INSTANCE_ID",
  "CODESPACES",
  "container",
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the server listens. `scripts/serve.ts` says it; a Next that somebody started by another command listens where
 * its flag says, and everywhere without one, whatever HOST is.
 */
function boundHost(environment: Environment, host: string): string {
  if (environment.PARLEY_BOUND_HOST) return environment.PARLEY_BOUND_HOST;
  // Next's own: "localhost" and "[::1]" stand for every address too.
  const told = URL.parse(environment.__NEXT_PRIVATE_ORIGIN ?? "")?.hostname;
  if (told === undefined) return host;
  return told === "localhost" || told === "[::1]" ? "0.0.0.0" : told.replace(/^\[|\]$/gu, "");
}

type Reach = Pick<Settings, "host" | "publicUrl" | "trustedProxies" | "allowedHosts">;

/**
 * Whether nobody but this machine reaches the server: every address is a loopback one, and nobody stands in front of
 * it.
 */
function isForThisMachine(environment: Environment, { host, publicUrl, trustedProxies, allowedHosts }: Reach): boolean {
  const shown = publicUrl === undefined ? host : new URL(publicUrl).hostname.replace(/^\[|\]$/gu, "");
  const names = [host, shown, ...allowedHosts.map((allowed) => allowed.replace(/:\d+$/u, "").replace(/^\[|\]$/gu, ""))];
  return names.every(isLoopback) && trustedProxies === 0 && !PLATFORMS.some((name) => environment[name]);
}

/** A sentence that names settings and what they may be, never what they are. */
const wrongSetting = (what: string): ChatError => new ChatError("unavailable", `Wrong setting: ${what}.`);

/** Reads the environment. Throws "unavailable" with one sentence that names each wrong setting and what it may be. */
export function parseSettings(given: Environment): Settings {
  const environment = withPlatform(given);
  const env = parseVariables(environment);
  checkAddresses(env);
  checkPath(env);
  checkEmbedding(env);
  const isFunction = isOnVercel(environment);
  const reach = {
    host: boundHost(environment, env.HOST),
    publicUrl: env.NEXTAUTH_URL,
    trustedProxies: env.TRUSTED_PROXIES,
    allowedHosts: env.ALLOWED_HOSTS,
  };
  const isLocal = isForThisMachine(environment, reach);
  const open = isLocal ? "on" : "off";
  return {
    ...reach,
    ...limitsIn(env),
    ...modelsIn(env),
    port: env.PORT,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    directUrl: env.DATABASE_URL_UNPOOLED ?? env.DIRECT_URL,
    isPooled: env.DATABASE_POOLED === undefined ? undefined : isOn(env.DATABASE_POOLED),
    // Functions start one by one while the version before them still answers.
    migratesAtStart: (env.MIGRATE ?? (environment.VERCEL ? "deploy" : "start")) === "start",
    backups: {
      dir: env.BACKUP_DIR ?? join(env.DATA_DIR, "backups"),
      everyHours: env.BACKUP_HOURS,
      kept: env.BACKUPS_KEPT,
    },
    redisUrl: env.REDIS_URL,
    builtinTools: isOn(env.BUILTIN_TOOLS ?? "on"),
    apiKey: env.PARLEY_API_KEY,
    secret: env.NEXTAUTH_SECRET,
    cronSecret: env.CRON_SECRET,
    logLevel: env.LOG_LEVEL,
    stopSeconds: env.STOP_SECONDS,
    outboundAllow: env.OUTBOUND_ALLOW,
    isForThisMachine: isLocal,
    files: filesOf(env, isFunction ? FUNCTION_BODY_BYTES : Number.POSITIVE_INFINITY),
    maxima: maximaOf({
      agents: env.ACCOUNT_AGENTS,
      users: env.ACCOUNT_USERS,
      sessions: env.ACCOUNT_SESSIONS,
      docs: env.ACCOUNT_DOCS,
    }),
    vouchers: vouchersOf(env),
    hasOtlp: env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    guests: isOn(env.GUESTS ?? open),
    signUp: isOn(env.SIGN_UP ?? open),
    unset: { guests: env.GUESTS === undefined, signUp: env.SIGN_UP === undefined },
    isFunction,
    mostBodyBytes: isFunction ? FUNCTION_BODY_BYTES : undefined,
  };
}

/** Throws "unavailable" with a sentence that names all that are missing or wrong by themselves. */
function parseVariables(environment: Environment): Variables {
  const missing = missingSettings(environment).map((name) => `${name} must be set on Vercel`);
  const parsed = Variables.safeParse(environment);
  if (parsed.success && missing.length === 0) return parsed.data;
  const wrong = parsed.error?.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`) ?? [];
  throw wrongSetting([...missing, ...new Set(wrong)].join("; "));
}

/**
 * Throws "unavailable" where an address holds a secret: they are told to others, in errors, on pages, at each sign-in.
 */
function checkAddresses(env: Variables): void {
  for (const name of ["OPENAI_BASE_URL", "NEXTAUTH_URL", "OIDC_ISSUER"] as const) {
    const { username, password, search, searchParams, hash } = new URL(env[name] ?? "http://localhost");
    // A server of models may want its version in the query; a secret there would be told like the rest.
    const isQuery = name !== "OPENAI_BASE_URL" ? search !== "" : [...searchParams.keys()].some(isSecretName);
    if (isQuery || [username, password, hash].some((part) => part !== "")) {
      throw wrongSetting(
        `${name} must hold no user name, password, query or fragment; a model's key goes into OPENAI_API_KEY, and of queries OPENAI_BASE_URL takes those without a secret`,
      );
    }
  }
}

/** Throws "unavailable" for a public address with a path: pages and routes stand at the root of a host. */
function checkPath({ NEXTAUTH_URL: address }: Variables): void {
  if (address === undefined || new URL(address).pathname === "/") return;
  throw wrongSetting("NEXTAUTH_URL must have no path: Parley is served at the root of its host name");
}

/** Throws "unavailable" where a model for embeddings has no server. */
function checkEmbedding(env: Variables): void {
  const { OPENAI_EMBEDDING_MODEL: model, OPENAI_API_KEY: key, OPENAI_BASE_URL: address } = env;
  if (model !== undefined && key === undefined && address === undefined) {
    throw wrongSetting("OPENAI_EMBEDDING_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL");
  }
}

const isOn = (value: string): boolean => value === "on" || value === "true" || value === "1";

/** How much and how often; what is turned off is absent. */
const limitsIn = (env: Variables) => ({
  turnsPerMinute: env.TURNS_PER_MINUTE,
  keyTurnsPerMinute: env.KEY_TURNS_PER_MINUTE,
  turnsAtOnce: env.TURNS_AT_ONCE,
  tokensPerDay: env.TOKENS_PER_DAY,
  keyTokensPerDay: env.KEY_TOKENS_PER_DAY,
  serverTokensPerDay: env.SERVER_TOKENS_PER_DAY,
  guestsPerHour: env.GUESTS_PER_HOUR ?? undefined,
  guestTurnsPerMinute: env.GUEST_TURNS_PER_MINUTE ?? undefined,
  guestTurnsPerHour: env.GUEST_TURNS_PER_HOUR ?? undefined,
  guestTokensPerDay: env.GUEST_TOKENS_PER_DAY ?? undefined,
  strangerTurnsPerMinute: env.STRANGER_TURNS_PER_MINUTE ?? undefined,
  botTokensPerDay: env.BOT_TOKENS_PER_DAY ?? undefined,
  requestsPerMinute: env.REQUESTS_PER_MINUTE,
  uploadsPerMinute: env.UPLOADS_PER_MINUTE ?? undefined,
  guestUploadMbPerHour: env.GUEST_UPLOAD_MB_PER_HOUR ?? undefined,
});

/** Which models answer, how long they are waited for, and who may add more. */
const modelsIn = (env: Variables) => ({
  openai: {
    apiKey: env.OPENAI_API_KEY,
    baseUrl: env.OPENAI_BASE_URL,
    model: env.OPENAI_MODEL,
    smallModel: env.OPENAI_SMALL_MODEL,
    embeddingModel: env.OPENAI_EMBEDDING_MODEL,
  },
  modelWaits: {
    firstMs: inMs(env.MODEL_FIRST_WAIT),
    silenceMs: inMs(env.MODEL_SILENCE_WAIT),
    totalMs: inMs(env.MODEL_TOTAL_WAIT),
  },
  modelProviders: env.MODEL_PROVIDERS,
});

/** A file comes as a body, so none is larger than a body may be. */
const filesOf = (env: Variables, mostBodyBytes: number): FileLimits => ({
  each: Math.min(env.FILE_MB * MB, mostBodyBytes),
  room: { guest: env.GUEST_FILES_MB * MB, account: env.ACCOUNT_FILES_MB * MB, all: env.SERVER_FILES_MB * MB },
});

const inMs = (count: number | undefined): number | undefined => (count === undefined ? undefined : count * 1000);

/** Throws where a client has no secret, or the other way about. */
function vouchersOf(env: Variables): Voucher[] {
  const pair = (prefix: "GITHUB" | "GOOGLE" | "OIDC") => {
    const [clientId, clientSecret] = [env[`${prefix}_CLIENT_ID`], env[`${prefix}_CLIENT_SECRET`]];
    if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
    if (clientId === undefined && clientSecret === undefined) return null;
    const [missing, given] = clientId === undefined ? ["ID", "SECRET"] : ["SECRET", "ID"];
    throw wrongSetting(`${prefix}_CLIENT_${missing} must be set with ${prefix}_CLIENT_${given}`);
  };
  const [github, google, oidc] = [pair("GITHUB"), pair("GOOGLE"), pair("OIDC")];
  if ((oidc === null) !== (env.OIDC_ISSUER === undefined)) {
    throw wrongSetting("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set together");
  }
  return [
    ...(github ? [{ kind: "github" as const, name: PROVIDER_NAMES.github, ...github }] : []),
    ...(google ? [{ kind: "google" as const, name: PROVIDER_NAMES.google, ...google }] : []),
    ...(oidc && env.OIDC_ISSUER
      ? [
          {
            kind: "oidc" as const,
            name: env.OIDC_NAME ?? new URL(env.OIDC_ISSUER).host,
            ...oidc,
            issuer: env.OIDC_ISSUER,
          },
        ]
      : []),
  ];
}

/** Whether people reach the server by https alone. */
export const isHttps = ({ publicUrl }: Pick<Settings, "publicUrl">): boolean =>
  publicUrl?.startsWith("https:") ?? false;

/** Where this process listens. */
export const localUrl = ({ host, port }: Pick<Settings, "host" | "port">): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The address that people and programs use. */
export const publicUrl = (settings: Pick<Settings, "host" | "port" | "publicUrl">): string =>
  settings.publicUrl ?? localUrl(settings);

/** An entry `host` or `host:port` as URLs spell it, or null where it is none. */
function canonicalHost(entry: string): string | null {
  const [, host = "", port] = /^(\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?$/iu.exec(entry) ?? [];
  const hostname = URL.parse(`http://${host}`)?.hostname ?? "";
  // No address of a tool that ends with a dot is taken, so this one would never match.
  if (hostname === "" || hostname.endsWith(".")) return null;
  if (port === undefined) return hostname;
  return Number(port) >= 1 && Number(port) <= 65_535 ? `${hostname}:${Number(port)}` : null;
}
