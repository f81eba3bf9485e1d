import { onRequest } from "./on-request.ts";

/**
 * Has this process's HTTP servers see only paths that can be decoded. Once is enough.
 *
 * Next answers a path that is no UTF-8 with a bare 500, before any route is asked. As its own text it is an id that
 * nobody has, so that each route says what it says of those, in its own shape and after asking who calls.
 */
export function mendPaths(): void {
  onRequest(({ request }) => {
    request.url = readableUrl(request.url ?? "/");
  });
}

/**
 * A request's target as a path with its query: what cannot be decoded stands for itself ("%ff" becomes "%25ff").
 *
 * A target may also be a whole address, or "*" (RFC 9112, 3.2); then the path is that of the address, or "/*".
 */
export function readableUrl(target: string): string {
  const [, origin = ""] = /^(https?:\/\/[^/?#]*)/iu.exec(target) ?? [];
  const local = target.slice(origin.length);
  const rooted = local.startsWith("/") ? local : `/${local}`;
  const end = rooted.search(/[?#]/u);
  const path = end < 0 ? rooted : rooted.slice(0, end);
  if (isReadable(path)) return rooted;
  const mended = path.replaceAll(/(?:%[\da-f]{2})+|%/giu, (run) =>
    isReadable(run) ? run : run.replaceAll("%", "%25"),
  );
  return mended + rooted.slice(path.length);
}

function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
