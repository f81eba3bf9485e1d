import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Scope } from "../core/scope.ts";
import type { Credentials, Surface } from "../dialects/dialect.ts";
import { ChatError, type Rate, toChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { addressOf } from "../server/address.ts";
import { completeHeaders } from "../server/answer-headers.ts";
import { withinRequest } from "../server/host.ts";
import { checkHost } from "../server/hosts.ts";
import { loggedError } from "../server/log.ts";
import { networkOf } from "../server/network.ts";
import { type Parley, parley } from "../server/parley.ts";
import { setRateHeaders } from "../server/rate-limits.ts";
import { isHttps } from "../server/settings.ts";
import { flushTelemetry, noteRequest } from "../server/telemetry.ts";
import { authenticate, type Caller, checkGrant, keyHolder, scopeOf } from "../sign-in/authenticate.ts";
import { asGuest } from "../sign-in/guest.ts";
import { readJson } from "./body.ts";
import { toIssues } from "./issues.ts";
import { loggedPath } from "./logged-path.ts";
import { withoutSecretInput } from "./secret-input.ts";
import { smallError } from "./small-error.ts";

type Context = { readonly params: Promise<Readonly<Record<string, string | string[] | undefined>>> };
export type Handler = ((request: Request, context: Context) => Promise<Response>) & {
  /** What it reads, as far as it is said by schemas; absent for what answers every request alike. */
  readonly reads?: { readonly query?: z.ZodType; readonly body?: z.ZodType };
};

type Input<Query, Body> = {
  readonly scope: Scope;
  readonly parley: Parley;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly request: Request;
};

type Definition<Query extends z.ZodType, Body extends z.ZodType> = {
  readonly surface: Surface;
  readonly query?: Query;
  /** Absent: the body is not read. */
  readonly body?: Body;
  /** What an absent body counts as; without it an absent body is a missing field. */
  readonly absentBody?: unknown;
  /** The most bytes of its body; absent: what its surface says. */
  readonly bodyLimitBytes?: number;
  readonly credentials?: Credentials;
  /** Whether it changes nothing whatever its method: keys that only read may call it. */
  readonly isReading?: boolean;
  readonly handle: (input: Input<z.output<Query>, z.output<Body>>) => Promise<Response>;
};

/**
 * A route handler: authenticates, parses query and body, calls `handle`, and turns whatever is thrown into the
 * surface's error. What is not a ChatError is logged with its cause and answered as "internal" without details.
 */
export function endpoint<Query extends z.ZodType, Body extends z.ZodType>(
  definition: Definition<Query, Body>,
): Handler {
  const { surface } = definition;
  return reading(definition, async (request, context, { requestId, headers }) => {
    const running = await parley();
    const caller = await authenticate(request, running, definition.credentials ?? surface.credentials);
    checkGrant(caller.grant, surface, request.method, definition.isReading ?? false);
    const parsed = await parsedRequest(running, definition, request, context);
    const rates = tightest();
    const scope = scopeOf(running, caller, request, { requestId, onRate: rates.note });
    const answer = () => definition.handle({ ...parsed, scope, parley: running, request });
    const tell = (cookie: string) => headers.append("set-cookie", cookie);
    const response = await asGuest(running, request, caller, { tell, answer });
    rates.tell(response.headers);
    return response;
  });
}

/**
 * As `endpoint`, for a route that also answers without credentials. `scope` is null then; `scopeFor` gives the scope of
 * the account on whose behalf a public bot answers all the same.
 */
export function anyoneEndpoint<Query extends z.ZodType, Body extends z.ZodType>(
  definition: Omit<Definition<Query, Body>, "credentials" | "handle"> & {
    readonly handle: (
      input: Omit<Input<z.output<Query>, z.output<Body>>, "scope"> & {
        readonly scope: Scope | null;
        readonly scopeFor: (bot: { readonly accountId: string; readonly agent: { readonly id: string } }) => Scope;
      },
    ) => Promise<Response>;
  },
): Handler {
  const { surface } = definition;
  return reading(definition, async (request, context, { requestId }) => {
    const running = await parley();
    const caller = await keyHolder(request, running);
    if (caller) checkGrant(caller.grant, surface, request.method, definition.isReading ?? false);
    const parsed = await parsedRequest(running, definition, request, context);
    const rates = tightest();
    const answering = { requestId, onRate: rates.note };
    const scopeFor = ({
      accountId,
      agent,
    }: {
      readonly accountId: string;
      readonly agent: { readonly id: string };
    }) => {
      const name = caller?.accountId === accountId ? null : strangerOf(caller, request, running);
      const stranger = name === null ? null : { botId: agent.id, name };
      return scopeOf(running, { ...(caller ?? NOBODY), accountId }, request, { ...answering, stranger });
    };
    const scope = caller && scopeOf(running, caller, request, answering);
    const response = await definition.handle({ ...parsed, scope, scopeFor, parley: running, request });
    rates.tell(response.headers);
    return response;
  });
}

/**
 * As `endpoint`, for a route that asks nobody who they are. `admit` throws for a request that is refused whatever it
 * says: nothing of it is read then.
 */
export function openEndpoint<Query extends z.ZodType, Body extends z.ZodType>(
  definition: Omit<Definition<Query, Body>, "credentials" | "isReading" | "handle"> & {
    readonly admit?: (input: Pick<Input<never, never>, "parley" | "request">) => void;
    readonly handle: (input: Omit<Input<z.output<Query>, z.output<Body>>, "scope">) => Promise<Response>;
  },
): Handler {
  return reading(definition, async (request, context) => {
    const running = await parley();
    definition.admit?.({ parley: running, request });
    const parsed = await parsedRequest(running, definition, request, context);
    return definition.handle({ ...parsed, parley: running, request });
  });
}

/** A caller without credentials. */
const NOBODY = { keyId: null, grant: null, signInId: null, via: "key" } as const;

/** Names a stranger: by its account, else by its network; where nobody knows that, each request is somebody else's. */
function strangerOf(caller: Caller | null, request: Request, { settings }: Parley): string {
  if (caller) return `account ${caller.accountId}`;
  const address = addressOf(request, settings.trustedProxies);
  return address === null ? newId() : createHash("sha256").update(networkOf(address)).digest("hex").slice(0, 32);
}

/** The tightest of the limits that a request was counted in. */
function tightest() {
  let found: Rate | null = null;
  return {
    note(rate: Rate) {
      if (found === null || rate.remaining < found.remaining) found = rate;
    },
    tell(headers: Headers) {
      if (found !== null) setRateHeaders(headers, found);
    },
  };
}

/** Counts a request of an address, where there is a limit for one. */
async function countRequest(request: Request): Promise<void> {
  const { limits, settings } = await parley();
  const address = addressOf(request, settings.trustedProxies);
  if (address !== null) await limits.countRequest(address);
}

/** `headers` are those that the answer gets besides its own, whatever comes of the request. */
type Answering = { readonly requestId: string; readonly headers: Headers };
type Guarded = (request: Request, context: Context, answering: Answering) => Promise<Response>;

/** A guarded handler that tells what it reads. */
const reading = (
  { surface, query, body }: Pick<Definition<z.ZodType, z.ZodType>, "surface" | "query" | "body">,
  handle: Guarded,
): Handler => Object.assign(guarded(surface, handle), { reads: { query, body } });

/** Gives an answer its headers, turns what is thrown into the surface's error, and tells log and metrics of it. */
function guarded(surface: Surface, handle: Guarded): Handler {
  return async (request, context) => {
    const requestId = newId();
    const startedAt = performance.now();
    const headers = new Headers();
    const answer = () => handle(request, context, { requestId, headers });
    const failed = async (error: ChatError) =>
      logFailure(error, { requestId, method: request.method, path: await loggedPath(request, context) });
    const response = await withinRequest(() => answered(surface, request, answer, failed));
    for (const [name, value] of headers) response.headers.append(name, value);
    response.headers.set("x-request-id", requestId);
    if (surface.cors) response.headers.set("access-control-allow-origin", "*");
    const running = await parley().catch(() => null);
    completeHeaders(response.headers, running !== null && isHttps(running.settings));
    const path = await loggedPath(request, context);
    await noteAnswer(surface, request, response.status, { requestId, path, ms: performance.now() - startedAt });
    return response;
  };
}

async function answered(
  surface: Surface,
  request: Request,
  handle: () => Promise<Response>,
  failed: (error: ChatError) => Promise<void>,
): Promise<Response> {
  try {
    checkHost(request.headers, (await opened()).settings);
    await countRequest(request);
    return await handle();
  } catch (thrown) {
    const error = toChatError(thrown);
    if (error.code === "internal" || error.code === "unavailable") await failed(error);
    const response = surface.failure(smallError(withoutSecretInput(error)));
    if (error.details.rate) setRateHeaders(response.headers, error.details.rate);
    return response;
  }
}

/**
 * The server, once it has opened. Throws "unavailable" where it does not, and only says why where settings are at
 * fault.
 */
async function opened(): Promise<Parley> {
  try {
    return await parley();
  } catch (thrown) {
    if (thrown instanceof ChatError) throw thrown;
    const message = "The server could not open. Its log says why.";
    throw new ChatError("unavailable", message, { cause: thrown, retryAfterSeconds: 5 });
  }
}

/** What changes nothing. */
const QUIET: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Of a stream it notes the time until it began. Reading that went well is told to who debugs alone. */
async function noteAnswer(
  surface: Surface,
  request: Request,
  status: number,
  { ms, ...asked }: { readonly requestId: string; readonly path: string; readonly ms: number },
): Promise<void> {
  const { method } = request;
  noteRequest({ surface: surface.name, method, status, seconds: ms / 1000 });
  const running = await parley().catch(() => null);
  const isQuiet = QUIET.includes(method) && status < 400;
  const fields = { ...asked, method, status, ms: Math.round(ms) };
  running?.ports.log[isQuiet ? "debug" : "info"](fields, "Request");
  running?.ports.host.keepAwake(flushTelemetry());
}

async function parsedRequest<Query extends z.ZodType, Body extends z.ZodType>(
  { settings }: Parley,
  definition: Pick<Definition<Query, Body>, "surface" | "query" | "body" | "absentBody" | "bodyLimitBytes">,
  request: Request,
  context: Context,
) {
  return {
    params: await pathParameters(context),
    query: parseQuery(definition.surface, definition.query, request),
    body: await parseBody(definition, request, settings.mostBodyBytes),
  };
}

async function logFailure(
  error: ChatError,
  asked: { readonly requestId: string; readonly method: string; readonly path: string },
): Promise<void> {
  const { cause } = error.details;
  const fields = { err: cause instanceof Error ? cause : error, ...asked };
  const running = await parley().catch(() => null);
  if (running) running.ports.log.error(fields, "A request failed");
  // Without a fault behind it, such as before a deploy has migrated the database, its sentence says all.
  else
    console.error(
      "A request failed because the server did not open:",
      cause instanceof Error ? JSON.stringify(loggedError(cause)) : error.message,
    );
}

async function pathParameters(context: Context): Promise<Readonly<Record<string, string>>> {
  const params = await context.params;
  return Object.fromEntries(
    Object.entries(params ?? {}).map(([key, value]) => [key, Array.isArray(value) ? value.join("/") : (value ?? "")]),
  );
}

/** Query values by name; an empty one counts as absent, as the official clients send it for null. */
function queryValues(request: Request): Record<string, string> {
  const { searchParams } = new URL(request.url);
  return Object.fromEntries([...searchParams].filter(([, value]) => value !== ""));
}

function parseQuery<Query extends z.ZodType>(
  surface: Surface,
  schema: Query | undefined,
  request: Request,
): z.output<Query> {
  if (!schema) return undefined as z.output<Query>; // nobody reads it
  const values = queryValues(request);
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw invalid("query", surface.issues ?? toIssues, parsed.error, values);
}

async function parseBody<Query extends z.ZodType, Body extends z.ZodType>(
  definition: Pick<Definition<Query, Body>, "surface" | "body" | "absentBody" | "bodyLimitBytes">,
  request: Request,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<z.output<Body>> {
  const { body: schema, absentBody, surface, bodyLimitBytes = surface.bodyLimitBytes } = definition;
  if (!schema) return undefined as z.output<Body>; // nobody reads it
  const json = await readJson(request, Math.min(bodyLimitBytes, mostBytes), surface.onlyJson).catch((thrown) => {
    throw inBody(toChatError(thrown));
  });
  const isAbsent = json.state === "absent" || json.value === null;
  if (isAbsent && absentBody === undefined) {
    const issue = { path: ["body"], type: "missing", message: "Field required", input: null };
    throw new ChatError("invalid", "The body is missing", { issues: [issue] });
  }
  const read = isAbsent ? absentBody : json.value;
  const value = surface.bodyOf ? surface.bodyOf(read) : read;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid("body", surface.issues ?? toIssues, parsed.error, value);
}

function invalid(where: "query" | "body", issues: typeof toIssues, error: z.ZodError, input: unknown): ChatError {
  return inPlace(where, new ChatError("invalid", "Validation error", { issues: issues(error, input) }));
}

const inBody = (error: ChatError): ChatError => inPlace("body", error);

function inPlace(where: string, error: ChatError): ChatError {
  const { issues } = error.details;
  if (!issues) return error;
  const placed = issues.map((issue) => ({ ...issue, path: [where, ...issue.path] }));
  return new ChatError(error.code, error.message, { ...error.details, issues: placed });
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
type Method = (typeof METHODS)[number];

/**
 * The exports of a route file: its handlers, our own 405 for every other method, and the answer to a preflight.
 *
 * Next's own 405 and OPTIONS have no body.
 */
export function routes(
  surface: Surface,
  handlers: Partial<Record<Method, Handler>>,
): Record<Method | "OPTIONS" | "HEAD", Handler> {
  const allowed = METHODS.filter((method) => handlers[method]);
  const refused = guarded(surface, async () => {
    throw new ChatError("method", "Method Not Allowed");
  });
  const refuse: Handler = async (request, context) => {
    const response = await refused(request, context);
    response.headers.set("allow", allowed.join(", "));
    return response;
  };
  const preflight = guarded(surface, async () => {
    const headers = new Headers({ allow: [...allowed, "OPTIONS"].join(", ") });
    if (surface.cors) {
      headers.set("access-control-allow-origin", "*");
      headers.set("access-control-allow-methods", [...allowed, "OPTIONS"].join(", "));
      headers.set("access-control-allow-headers", "*, authorization");
      headers.set("access-control-max-age", "86400");
    }
    return new Response(null, { status: 204, headers });
  });
  const head: Handler = async (request, context) => {
    const response = await (handlers.GET ?? refuse)(request, context);
    return new Response(null, { status: response.status, headers: response.headers });
  };
  const of = (method: Method) => handlers[method] ?? refuse;
  return {
    GET: of("GET"),
    POST: of("POST"),
    PUT: of("PUT"),
    PATCH: of("PATCH"),
    DELETE: of("DELETE"),
    OPTIONS: preflight,
    HEAD: head,
  };
}

/** The exports of a catch-all: 404 in the surface's shape for whatever nobody serves. */
export function unknownPath(surface: Surface) {
  const refuse = guarded(surface, async () => {
    throw new ChatError("not-found", "Not Found");
  });
  return routes(surface, { GET: refuse, POST: refuse, PUT: refuse, PATCH: refuse, DELETE: refuse });
}
