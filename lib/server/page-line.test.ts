import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test, vi } from "vitest";
import { isForPage, pagesInLine } from "./page-line.ts";

/** A listener that only notes what begins, and how to ask it. */
function begun() {
  const seen: string[] = [];
  const listener = pagesInLine((request) => void seen.push(String(request.url)));
  const ask = (url: string) => {
    const response = Object.assign(new EventEmitter(), { destroyed: false, closed: false });
    listener({ method: "GET", url } as IncomingMessage, response as unknown as ServerResponse); // what is looked at of them
    return response;
  };
  return { seen, ask };
}

test("figure 12: of pages that come at once two are drawn at a time, in their order, and nothing else waits for them", () => {
  const { seen, ask } = begun();
  const [first, second] = ["/s/1", "/s/2", "/s/3", "/s/4"].map(ask);
  ask("/api/health");
  expect(seen).toEqual(["/s/1", "/s/2", "/api/health"]);
  second?.emit("close");
  expect(seen.at(-1)).toBe("/s/3");
  first?.emit("close");
  first?.emit("close");
  expect(seen.slice(-2)).toEqual(["/s/3", "/s/4"]);
});

test("figure 12: a page that is sent slowly keeps others half a second at the most, and who has left gets none", () => {
  vi.useFakeTimers();
  try {
    const { seen, ask } = begun();
    for (const url of ["/s/1", "/s/2"]) ask(url);
    ask("/left").destroyed = true;
    ask("/s/3");
    vi.advanceTimersByTime(499);
    expect(seen).toEqual(["/s/1", "/s/2"]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(["/s/1", "/s/2", "/s/3"]);
  } finally {
    vi.useRealTimers();
  }
});

test("figure 12: pages are what no API and no file answers", () => {
  const pages = ["/", "/s/1?_rsc=x", "/account", "/docs", "/sessionsx", "/apiary"];
  const others = ["/api/health", "/api", "/v1/chat", "/sessions", "/sessions/1", "/_next/static/a.js", "/favicon.svg"];
  expect(pages.filter((url) => !isForPage({ method: "GET", url }))).toEqual([]);
  expect(others.filter((url) => isForPage({ method: "GET", url }))).toEqual([]);
  expect(isForPage({ method: "POST", url: "/" })).toBe(false);
});
