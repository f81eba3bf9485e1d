import { type Cookie, expect, type Page, test } from "@playwright/test";
import { isEverything } from "../lib/testing/everything.ts";
import { promptOf, startHostileModel } from "./hostile-model.ts";
import { MESSAGES, VECTORS } from "./hostile-vectors.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";
import { NOTHING, unfold, type Watched, watchContext } from "./watch-page.ts";

// Hostile texts in every place that outside text reaches, in a real browser under the pages' own policy: nothing runs,
// nothing leaves the origin, and the policy has nothing to stop.

let model: Awaited<ReturnType<typeof startHostileModel>>;
let server: WatchedServer;
let agentId: string;
test.beforeAll(async () => {
  model = await startHostileModel();
  server = await startServer({
    OPENAI_BASE_URL: `${model.url}/v1`,
    OPENAI_MODEL: "hostile",
    OUTBOUND_ALLOW: model.host,
  });
  agentId = (await post("/api/app/agents", { name: VECTORS[0], about: VECTORS[1], instructions: VECTORS[2] })).id;
  const call = { method: "GET", url: `${model.url}/echo` };
  await post(`/api/agents/${agentId}/tools`, { name: "echo", type: "api_call", api_call: call });
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await model.close();
});

async function ask(method: string, path: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${server.key()}`, "content-type": "application/json" };
  const response = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

const post = async (path: string, body: object) => (await ask("POST", path, body)).json();

/**
 * A session in which each text stands in a question, in reasoning, in a tool's arguments and result, and in an answer.
 */
async function talkOf(texts: readonly string[]): Promise<string> {
  const { session_id: id } = await post("/api/v1/chat", { index_ids: [] });
  for (const text of texts) {
    const asked = { index_ids: [], agent_id: agentId, prompt: promptOf(text) };
    await (await ask("POST", `/api/v1/chat/${id}/messages/stream`, asked)).text();
  }
  await ask("PATCH", `/api/v1/chat/${id}`, { generated_title: texts[0]?.slice(0, 200) });
  return id;
}

let cookies: Cookie[] = [];

async function openOwner(page: Page): Promise<Watched> {
  const watched = await watchContext(page.context(), server.url);
  // The link is good once: the tests of this file are one browser.
  if (cookies.length > 0) await page.context().addCookies(cookies);
  else await signInAsOwner(page, server);
  cookies = await page.context().cookies();
  await page.goto(server.url);
  return watched;
}

/** What of a page only a hostile text can have brought there. */
const planted = (page: Page) =>
  page.evaluate(() => {
    const main = document.querySelector("main") ?? document.body;
    const elements =
      "script, iframe, object, embed, form:has([onfocus]), base, link, meta, video, audio, style, math:not(.katex math)";
    const safe = /^(?:https?:|mailto:|tel:|#|\/)/u;
    const links = [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href") ?? "");
    const handlers = [...document.querySelectorAll("*")].flatMap(({ attributes }) =>
      [...attributes].filter(({ name }) => name.startsWith("on")).map(({ name }) => name),
    );
    return {
      ran: "hurt" in globalThis,
      elements: [...main.querySelectorAll(elements)].map(({ outerHTML }) => outerHTML.slice(0, 100)),
      links: links.filter((href) => !safe.test(href)),
      images: [...document.images]
        .map(({ src }) => src)
        .filter((src) => !src.startsWith(location.origin) && !src.startsWith(`blob:${location.origin}/`)),
      handlers,
    };
  });
const CLEAN = { ran: false, elements: [], links: [], images: [], handlers: [] };

/** Goes by every turn: one that nobody has come near is its words alone. */
async function comeNear(page: Page): Promise<void> {
  await expect(async () => {
    // A page that has not come to life yet does not notice who stirs.
    await page.mouse.move(300, 300);
    await page.mouse.move(310, 310);
    await page.evaluate(() =>
      document.querySelector("[data-resting], [data-served]")?.scrollIntoView({ block: "center" }),
    );
    await expect(page.locator("[data-resting], [data-served], [data-unread]")).toHaveCount(0, { timeout: 100 });
  }).toPass({ intervals: [20] });
}

const WAITING = 'main [data-state="waiting"]:is(.tex, .diagram)';

/** Draws what is drawn when it is seen: all diagrams and formulas are drawn, or shown as they were written. */
async function drawAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const diagram of document.querySelectorAll(".diagram")) diagram.scrollIntoView();
  });
  const waiting = page.locator(WAITING);
  while ((await waiting.count()) > 0) {
    // A page that has not come to life yet does not notice who stirs.
    await page.mouse.move(300, 300);
    await page.mouse.move(310, 310);
    // One question to the page: a locator would wait for what has been drawn since it was counted.
    await page.evaluate((selector) => {
      document.querySelector(selector)?.scrollIntoView({ block: "center" });
      return new Promise((resolve) => setTimeout(resolve, 20));
    }, WAITING);
  }
}

test("S6: hostile texts, more than 300 in 400 places, run nothing, load nothing and trip no policy", async ({
  page,
}) => {
  test.slow();
  expect(VECTORS.length).toBeGreaterThan(300);
  // Each session has some of every kind.
  const parts = Array.from({ length: 4 }, (_, part) => MESSAGES.filter((_text, n) => n % 4 === part));
  const texts = isEverything ? parts : parts.slice(0, 1);
  const sessions = await Promise.all(texts.map(talkOf));
  const watched = await openOwner(page);
  let renderings = 0;
  let drawn = 0;
  for (const [n, id] of sessions.entries()) {
    await page.goto(`${server.url}/s/${id}`);
    const turns = page.getByRole("log").getByRole("article");
    await expect(turns).toHaveCount(texts[n]?.length ?? 0);
    await comeNear(page);
    await unfold(page);
    await drawAll(page);
    renderings += await page
      .locator("main .prose, main .reasoning, main .arguments, main .result, main .question")
      .count();
    drawn += await page.locator('main [data-state="drawn"]').count();
    expect(await planted(page)).toEqual(CLEAN);
  }
  expect(drawn).toBeGreaterThan(5 * texts.length - 1);
  expect(renderings).toBeGreaterThan(100 * texts.length);
  expect(watched).toEqual(NOTHING);
});

test("S6: hostile names of agents, keys and sessions are names", { tag: "@nightly" }, async ({ page }) => {
  const watched = await openOwner(page);
  const key = { authorization: `Bearer ${server.key()}` };
  for (const text of VECTORS.slice(0, 20)) {
    await post("/api/app/agents", { name: text.slice(0, 200), about: text, instructions: text });
    const { session_id: id } = await post("/api/v1/chat", { index_ids: [] });
    await ask("PATCH", `/api/v1/chat/${id}`, { generated_title: text.slice(0, 200) });
  }
  await page.evaluate(
    async ([names]) => {
      for (const name of names ?? []) {
        const headers = { "content-type": "application/json" };
        await fetch("/api/app/keys", { method: "POST", headers, body: JSON.stringify({ name }) });
      }
    },
    [VECTORS.slice(0, 20).map((text) => text.slice(0, 100))],
  );
  const agents = await (await fetch(`${server.url}/api/app/agents`, { headers: key })).json();
  for (const path of ["/", "/agents", `/agents/${agents.items[0].id}`, `/agents/${agents.items[3].id}`, "/account"]) {
    await page.goto(server.url + path);
    await page.mouse.move(300, 300);
    await unfold(page);
    expect([path, await planted(page)]).toEqual([path, CLEAN]);
  }
  await page.goto(`${server.url}/sign-in?error=<script>window.hurt=1</script>&from=javascript:window.hurt=1`);
  expect(await planted(page)).toEqual(CLEAN);
  expect(watched).toEqual(NOTHING);
});
