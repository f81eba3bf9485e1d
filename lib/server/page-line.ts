import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** So many pages are drawn at the same time. */
const PAGES_AT_ONCE = 2;
/** So long a page keeps others waiting at the most: who reads slowly keeps nobody. */
const MOST_MS = 500;

/** So many wait at the most; who comes then is not kept waiting. */
const MOST_WAITING = 1000;

/** What a person opens in a browser: all that no route of an API and no file answers. Like the matcher in proxy.ts. */
const PAGE = /^\/(?!(?:api|v1|sessions)(?:[/?]|$)|_next\/|reference\/|drawing\/|favicon\.svg)/u;

/** Whether a request is for a page, in full or as the router asks for it. */
export const isForPage = ({ method, url = "/" }: Pick<IncomingMessage, "method" | "url">): boolean =>
  method === "GET" && PAGE.test(url);

/**
 * A listener that hands on requests for pages a few at a time, in the order in which they came, and all others at once.
 *
 * A page is some stretches of work, in none of which anybody else is answered: of ten pages that come together each
 * other request would wait for ten such stretches, as often as it waits for anything.
 */
export function pagesInLine(listener: RequestListener): RequestListener {
  const line: Parameters<RequestListener>[] = [];
  let drawn = 0;

  function draw(request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
    drawn++;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      drawn--;
      next();
    };
    const timer = setTimeout(end, MOST_MS).unref();
    response.once("close", end);
    listener(request, response);
  }

  function next(): void {
    while (drawn < PAGES_AT_ONCE) {
      const first = line.shift();
      if (!first) return;
      // Who has left meanwhile needs no page.
      if (!isGone(first[1])) draw(...first);
    }
  }

  return (request, response) => {
    if (!isForPage(request) || line.length >= MOST_WAITING) return void listener(request, response);
    line.push([request, response]);
    next();
  };
}

const isGone = (response: ServerResponse): boolean => response.destroyed || response.closed;
