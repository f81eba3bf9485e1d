import type { IncomingHttpHeaders } from "node:http";

const API_ROOTS: readonly string[] = ["api", "v1", "sessions"];
const STATE = "next-router-state-tree";
// What Next says to itself about pages. A caller who sends it with a call of the API is to get the API's answer.
const NEXT_HEADERS = [
  STATE,
  "rsc",
  "next-action",
  "next-hmr-refresh",
  "next-router-prefetch",
  "next-router-segment-prefetch",
  "next-url",
  "x-invoke-path",
  "x-invoke-status",
  "x-matched-path",
  "x-middleware-prefetch",
  "x-middleware-subrequest",
  "x-nextjs-data",
  "x-now-route-matches",
];
/** What a platform in front says of where a request goes: it writes these itself, whatever a caller has sent. */
const OF_PLATFORM: readonly string[] = ["x-matched-path", "x-now-route-matches"];
/** What servers of Next say to each other, and no browser. */
const INTERNAL = /^x-(?:invoke-|matched-path$|middleware-subrequest|now-route-matches$)/u;
const STATE_CHARACTERS = 40_000;
const STATE_DEPTH = 100;

/**
 * Takes from the headers of a request what Next would answer itself, or fail at: with a call of the API all of Next's
 * own, with any other path those that only its servers use, and a state of its router that is none. `isFunction`: a
 * platform routes requests, and what it says of that stays.
 */
export function mendHeaders(url: string, headers: IncomingHttpHeaders, isFunction = false): void {
  const isPlatforms = (name: string): boolean => isFunction && OF_PLATFORM.includes(name);
  if (isApiPath(url)) {
    for (const name of NEXT_HEADERS) if (!isPlatforms(name)) delete headers[name];
    return;
  }
  for (const name of Object.keys(headers)) if (INTERNAL.test(name) && !isPlatforms(name)) delete headers[name];
  // The app has no server actions: Next looks for one, and fails where the form is none.
  delete headers["next-action"];
  const state = headers[STATE];
  if (state !== undefined && !(typeof state === "string" && isRouterState(state))) delete headers[STATE];
}

/** Whether a path is one of the API in any spelling: encoded, encoded again, with other slashes, with steps up. */
export function isApiPath(url: string): boolean {
  let path = (url.split(/[?#]/u, 1)[0] ?? "").slice(0, STATE_CHARACTERS);
  for (let n = 0; n < 3; n++) path = decoded(path);
  const segments: string[] = [];
  for (const segment of path.toLowerCase().split(/[/\\]/u)) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return API_ROOTS.includes(segments[0] ?? "");
}

/** Each escape decoded that can be; a path is mended before, so all can. */
const decoded = (path: string): string =>
  path.replaceAll(/(?:%[\da-f]{2})+/giu, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });

/** Whether a header holds a state of Next's router, as Next itself checks it; one that is not would be a bare 500. */
function isRouterState(header: string): boolean {
  if (header.length > STATE_CHARACTERS) return false;
  try {
    return isTree(JSON.parse(decodeURIComponent(header)), 0);
  } catch {
    return false;
  }
}

const PARAMETER_KINDS: readonly unknown[] = [
  "c",
  "ci(..)(..)",
  "ci(.)",
  "ci(..)",
  "ci(...)",
  "oc",
  "d",
  "di(..)(..)",
  "di(.)",
  "di(..)",
  "di(...)",
];
const REFRESHES: readonly unknown[] = [undefined, null, "refetch", "inside-shared-layout", "metadata-only"];

const isText = (value: unknown): value is string => typeof value === "string";
const isTexts = (value: unknown, length: number): boolean =>
  Array.isArray(value) && value.length === length && value.every(isText);

function isSegment(value: unknown): boolean {
  if (isText(value)) return true;
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [name, key, kind, siblings] = value;
  const isSiblings = siblings === null || (Array.isArray(siblings) && siblings.every(isText));
  return isText(name) && isText(key) && PARAMETER_KINDS.includes(kind) && isSiblings;
}

function isTree(value: unknown, depth: number): boolean {
  if (!Array.isArray(value) || value.length > 6 || depth > STATE_DEPTH) return false;
  const [segment, parallel, refetch, refresh, hint, key] = value;
  if (!isSegment(segment) || typeof parallel !== "object" || parallel === null || Array.isArray(parallel)) return false;
  if (!(refetch === undefined || refetch === null || isTexts(refetch, 2))) return false;
  if (!REFRESHES.includes(refresh) || !(hint === undefined || hint === null || typeof hint === "number")) return false;
  if (!(key === undefined || isText(key))) return false;
  return Object.values(parallel).every((branch) => isTree(branch, depth + 1));
}
