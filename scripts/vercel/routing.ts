import type { IncomingHttpHeaders } from "node:http";
import type { OutputConfig, Route } from "./output.ts";

// Where Vercel's edge sends a request, by the routes of config.json: phase after phase, each begun by a "handle".

export type Asked = { readonly method: string; readonly url: URL; readonly headers: IncomingHttpHeaders };

/** What comes of a request: an answer of the edge's own, or a file or function, with headers for the answer. */
export type Routed = {
  /** The file or function; null: the edge answers by itself. */
  readonly path: string | null;
  /** What is added to the query. */
  readonly query: URLSearchParams;
  /** Null: what the function says. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
};

type Place = { path: string; readonly query: URLSearchParams; readonly headers: Record<string, string> };
type Outcome = "next" | "found" | { readonly status: number };

/**
 * Routes a request. `exists` says whether a path is a file or a function; `middleware` is asked where the routes say
 * so, and gives the headers that the request has from then on, or null where it has answered.
 */
export async function routed(
  { routes }: OutputConfig,
  asked: Asked,
  exists: (path: string) => boolean,
  middleware: (path: string) => Promise<IncomingHttpHeaders | null>,
): Promise<(Routed & { readonly request: IncomingHttpHeaders }) | null> {
  let request = asked.headers;
  const place: Place = { path: asked.url.pathname, query: new URLSearchParams(), headers: {} };
  const end = (path: string | null, status: number | null) => ({ ...place, path, status, request });

  async function through(phase: readonly Route[], looksForFiles: boolean): Promise<Outcome | null> {
    for (const route of phase) {
      const match = matched(route, place.path, { ...asked, headers: request });
      if (!match) continue;
      for (const [name, value] of Object.entries(route.headers ?? {})) {
        place.headers[name.toLowerCase()] = filled(value, match);
      }
      if (route.middlewarePath !== undefined) {
        const given = await middleware(`/${route.middlewarePath.replace(/^\//u, "")}`);
        if (given === null) return null;
        request = given;
      }
      if (route.dest !== undefined) rewrite(place, filled(route.dest, match));
      if (route.status !== undefined && !route.continue) return { status: route.status };
      if ((route.check || looksForFiles) && route.dest !== undefined && exists(named(place.path))) return "found";
      if (!route.continue && route.dest !== undefined) return "next";
    }
    return "next";
  }

  for (const { name, list } of phases(routes)) {
    if (!LOOKED_THROUGH.has(name)) continue;
    const outcome = await through(list, name !== "main");
    if (outcome === null) return null;
    if (typeof outcome === "object") return end(null, outcome.status);
    if (outcome === "found" || exists(named(place.path))) return end(named(place.path), null);
  }
  const error = phases(routes).find(({ name }) => name === "error");
  const found = error?.list.find((route) => route.status === 404 && matched(route, place.path, asked));
  return end(found?.dest ?? "/404", 404);
}

/** The phases that lead a request to a file or a function; the others are about what was found, and what was not. */
const LOOKED_THROUGH: ReadonlySet<string> = new Set(["main", "filesystem", "rewrite"]);

/** The path of a function as its folder is named. */
const named = (path: string): string => (path === "/" ? "/index" : path.replace(/\/$/u, ""));

function phases(routes: readonly Route[]): { readonly name: string; readonly list: Route[] }[] {
  const all: { readonly name: string; readonly list: Route[] }[] = [{ name: "main", list: [] }];
  for (const route of routes) {
    if (route.handle !== undefined) all.push({ name: route.handle, list: [] });
    else all.at(-1)?.list.push(route);
  }
  return all;
}

/** What the patterns of a route have found, by number or name; null where one finds nothing. */
type Found = Readonly<Record<string, string>>;

function matched(route: Route, path: string, { method, headers, url }: Asked): Found | null {
  if (route.methods && !route.methods.includes(method)) return null;
  const found = whole(route.src ?? ".*", path);
  if (found === null) return null;
  const read = ({ type, key = "" }: Condition): string | null => {
    if (type === "header") return headers[key.toLowerCase()]?.toString() ?? null;
    return type === "query" ? url.searchParams.get(key) : null;
  };
  const held = ({ value, ...condition }: Condition): Found | null => {
    const given = read(condition);
    return given === null ? null : typeof value === "string" ? whole(value, given) : {};
  };
  const all = (route.has ?? []).map(held);
  if (all.includes(null) || (route.missing ?? []).some((condition) => held(condition) !== null)) return null;
  return Object.assign({}, found, ...all.map((one) => one ?? {}), found);
}

type Condition = NonNullable<Route["has"]>[number];

/** A pattern holds for the whole of a text, also where it does not say so. */
function whole(pattern: string, text: string): Found | null {
  const match = new RegExp(`^(?:${pattern})$`).exec(text);
  return match && { ...Object.fromEntries(match.map((value, n) => [String(n), value ?? ""])), ...match.groups };
}

/** A text with what patterns have found. What goes into a query is encoded for that. */
function filled(text: string, found: Found): string {
  const [path = "", ...query] = text.split("?");
  const put = (part: string, shape: (value: string) => string) =>
    part.replaceAll(/\$(\w+)/gu, (_, name: string) => shape(found[name] ?? ""));
  if (query.length === 0) return put(path, (value) => value);
  return `${put(path, (value) => value)}?${put(query.join("?"), (value) => encodeURIComponent(decodeURIComponent(value)))}`;
}

function rewrite(place: Place, dest: string): void {
  const [path = "", query = ""] = dest.split("?", 2);
  place.path = path.startsWith("/") ? path : `/${path}`;
  for (const [name, value] of new URLSearchParams(query)) place.query.set(name, value);
}
