import type { ServerResponse } from "node:http";
import { onRequest } from "./on-request.ts";
import { hasFailedToOpen } from "./opening.ts";

/** A year, in seconds. */
const HTTPS_FOR = 31_536_000;

/** What every answer carries, whatever it is, unless it says something of its own. */
export const FOR_ALL: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * By their path, files that draw diagrams (scripts/drawing). The page is shown in a hidden frame of our own pages, has
 * no origin, runs the one script and loads nothing else; that script is read by a page without an origin.
 */
export const DRAWING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/drawing/diagrams.html": {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts",
    "x-frame-options": "SAMEORIGIN",
  },
  "/drawing/diagrams.js": { "cross-origin-resource-policy": "cross-origin" },
};

/** For what is no page: nothing of it is run, shown in a frame or loads anything. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";
/** For a picture that is opened by itself. */
const PICTURE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/** For a page that nobody gave a policy, such as one of Next's own for what broke: it shows itself and runs nothing. */
const BARE_PAGE =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PRIVATE = "private, no-store";
/** The headers by which callers say who they are: a cache that keeps an answer after all keeps it for them alone. */
const WHO = ["Cookie", "Authorization", "X-API-Key", "X-Auth-Key"];

/** The headers of an answer: those of a `Response`, or of Node's. */
type Answer = {
  readonly get: (name: string) => string | null;
  readonly set: (name: string, value: string) => void;
};

/**
 * Gives an answer the headers that it has not set itself: what browsers may do with it, that nobody but its caller
 * keeps it, and that it depends on who asks. `isHttps`: people reach the server by https alone.
 */
export function completeHeaders(answer: Answer, isHttps: boolean): void {
  const missing = (name: string, value: string) => {
    if (answer.get(name) === null) answer.set(name, value);
  };
  for (const [name, value] of Object.entries(FOR_ALL)) missing(name, value);
  if (isHttps) missing("strict-transport-security", `max-age=${HTTPS_FOR}`);
  missing("content-security-policy", policyFor(answer.get("content-type") ?? ""));
  missing("cache-control", PRIVATE);
  // What is for everybody says so.
  if (!/\b(?:public|s-maxage)\b/u.test(answer.get("cache-control") ?? ""))
    answer.set("vary", varied(answer.get("vary")));
}

function policyFor(type: string): string {
  if (type.startsWith("text/html")) return BARE_PAGE;
  return type.startsWith("image/") ? PICTURE : NO_PAGE;
}

/** In one line, since caches read one. */
function varied(present: string | null): string {
  if (present?.trim() === "*") return "*";
  const names = (present ?? "").split(",").flatMap((name) => name.trim() || []);
  const has = (name: string) => names.some((one) => one.toLowerCase() === name.toLowerCase());
  return [...WHO.filter((name) => !has(name)), ...names].join(", ");
}

const DONE = Symbol.for("parley.answer-headers");
const holder = globalThis as { [DONE]?: true }; // the key is ours alone

/**
 * Completes the headers of every answer of this process's HTTP servers: pages, routes, Next's own files, what it
 * redirects and refuses. A page of a server that did not open has the status 503, which no page can give itself. The
 * first call counts; the start makes it before the server listens.
 */
export function completeAnswers(isHttps: boolean): void {
  if (holder[DONE]) return;
  holder[DONE] = true;
  onRequest(({ response }) => {
    completeAtHead(response, isHttps);
  });
}

/** Node calls `writeHead` for every answer, once, when all that is said of it is known. */
function completeAtHead(response: ServerResponse, isHttps: boolean): void {
  const writeHead = response.writeHead as (status: number, ...rest: readonly unknown[]) => ServerResponse; // its overloads as one
  response.writeHead = function completed(this: ServerResponse, status: number, ...rest: readonly unknown[]) {
    const given = rest.at(-1);
    const isGiven = typeof given === "object" && given !== null;
    // As Node reads them: a list of names and values in turn, or an object.
    if (isGiven) for (const [name, value] of pairs(given)) response.setHeader(name, value);
    const answer: Answer = {
      get(name) {
        const value = response.getHeader(name);
        return value === undefined ? null : String(value);
      },
      set: (name, value) => void response.setHeader(name, value),
    };
    if (!response.headersSent) completeHeaders(answer, isHttps);
    const isPage = answer.get("content-type")?.startsWith("text/html") ?? false;
    const told = isPage && hasFailedToOpen() ? 503 : status;
    return writeHead.call(this, told, ...(isGiven ? rest.slice(0, -1) : rest));
  } as ServerResponse["writeHead"];
}

type Value = string | number | readonly string[];

function pairs(given: object): [string, Value][] {
  if (!Array.isArray(given)) return Object.entries(given).filter(([, value]) => value !== undefined);
  const flat: Value[] = given.flat();
  return flat.flatMap((name, n) => (n % 2 === 0 ? [[String(name), flat[n + 1] ?? ""] as [string, Value]] : []));
}
