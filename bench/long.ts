// npm run bench:long: opens a session of 10,000 messages and one of 100 in a real Chromium whose CPU is slowed four
// times, and prints what they cost. The database is a PostgreSQL of its own, the model writes 100 tokens a second. With
// names behind it only these parts: openings, scrolling, typing, health.
import { spawnSync } from "node:child_process";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { fillSession } from "../lib/testing/long-session.ts";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { watchLoop } from "../scripts/attack/watch-loop.ts";
import { needsBuild } from "../scripts/build-stamp.ts";
import { CHROMIUM_FLAGS, findChromium } from "../scripts/chromium.ts";
import { startServer } from "../scripts/server.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";
import { median, quantile } from "./processes.ts";
import { startStampedModel } from "./stamped-model.ts";

const KEY = "the key of the benchmark, and no other";
const ROUNDS = 5;
const SLOWER = 4;

keepTemporaryFiles("bench-long");
if (needsBuild()) spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const postgres = await startPostgres();
const model = await startStampedModel();
const DATABASE_URL = `${postgres.url}/postgres`;
const loop = watchLoop();
const server = await startServer({
  ...loop.settings,
  DATABASE_URL,
  PARLEY_API_KEY: KEY,
  OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
  OPENAI_MODEL: "10x1500",
  OPENAI_SMALL_MODEL: "title",
});
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
const headers = { authorization: `Bearer ${KEY}` };
const isAsked = (part: string) => process.argv.length < 3 || process.argv.includes(part);
let hasFailed = false;
const lastTurn = (page: Page) => page.getByRole("log").getByRole("article").last();
const composer = (page: Page) => page.getByRole("textbox", { name: /message/i });
type Seen = { blockedMs: number; shift: number; lastMs: number };
const seenBy = (page: Page) => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen); // set by newPage
/** What a page says to its console when it has come to life and nothing more is to come. */
const SETTLED = "the page has settled";

try {
  const cookies = await signIn(browser);
  const sessions = { empty: await newSession(0), short: await newSession(50), long: await newSession(5000) };
  if (isAsked("health")) await health(cookies, sessions.long);
  if (isAsked("openings")) await openings(cookies, sessions);
  if (isAsked("scrolling")) await scrolling(cookies, sessions.long);
  if (isAsked("typing")) await typing(cookies, sessions);
} finally {
  await browser.close();
  await server.kill("SIGTERM");
  model.close();
  await postgres.stop();
}
process.exit(hasFailed ? 1 : 0);

function report(what: string, value: number, must: number, unit = ""): void {
  const holds = value <= must;
  hasFailed ||= !holds;
  console.log(`${holds ? "ok  " : "FAIL"} ${what}: ${Number(value.toPrecision(3))}${unit} (at most ${must}${unit})`);
}

async function newSession(questions: number): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/chat`, { method: "POST", headers });
  const { session_id } = await response.json();
  if (questions > 0) await fillSession(DATABASE_URL, session_id, questions);
  return session_id;
}

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;

async function signIn(in_: Browser): Promise<Cookies> {
  const context = await in_.newContext();
  const page = await context.newPage();
  await page.goto(/Sign in as its owner, once: (\S+)/u.exec(server.output())?.[1] ?? "about:blank");
  await page.locator("form").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

/**
 * A page of a browser that has nothing in its cache, slowed. It looks at itself: the first look from outside brings a
 * script whose reading costs a slowed page a tenth of a second, and would be counted with the page's own work.
 */
async function newPage(cookies: Cookies, { hasScripts = true } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies(cookies);
  const page = await context.newPage();
  if (!hasScripts) await page.route("**/*.js", (route) => route.abort());
  const told = { settled: SETTLED, comesToLife: hasScripts };
  await page.addInitScript(({ settled, comesToLife }) => {
    const seen = { blockedMs: 0, shift: 0, lastMs: 0 };
    Object.assign(globalThis, { seen });
    const look = () => {
      const [box, end] = [document.querySelector(".scroller"), document.querySelector(".turn[data-last]")];
      if (seen.lastMs === 0 && box && end && end.getBoundingClientRect().bottom < box.getBoundingClientRect().bottom) {
        seen.lastMs = performance.now();
      }
      const isAlive = seen.lastMs > 0 && (!comesToLife || box?.hasAttribute("data-still") === false);
      if (isAlive) setTimeout(() => console.debug(settled), 1500);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.blockedMs += Math.max(0, duration - 50);
    }).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        // The library does not know these entries.
        const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean };
        if (!hadRecentInput) seen.shift += value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  }, told);
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return page;
}

/** Figures 11, 12 and 15: what it takes until the last message is seen. */
async function openings(cookies: Cookies, sessions: { readonly short: string; readonly long: string }): Promise<void> {
  const times = { short: [] as number[], long: [] as number[] };
  const servers = { short: [] as number[], long: [] as number[] };
  const blocked: number[] = [];
  const withoutScripts: number[] = [];
  let [nodes, scriptBytes, shift] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of ["short", "long"] as const) {
      const asked = performance.now();
      await (await fetch(`${server.url}/api/app/sessions/${sessions[which]}/turns`, { headers })).text();
      servers[which].push(performance.now() - asked);
      const page = await newPage(cookies);
      const settled = page.waitForEvent("console", (message) => message.text() === SETTLED);
      await page.goto(`${server.url}/s/${sessions[which]}`, { waitUntil: "commit" });
      await settled;
      const seen = await seenBy(page);
      times[which].push(seen.lastMs);
      if (which === "long") {
        blocked.push(seen.blockedMs);
        shift = Math.max(shift, seen.shift);
        nodes = await page.evaluate(() => document.querySelectorAll("*").length);
        scriptBytes = await page.evaluate(() =>
          performance
            .getEntriesByType("resource")
            .filter(({ name }) => name.endsWith(".js"))
            .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
        );
      }
      await page.context().close();
    }
    // What the browser takes for the page itself, on this machine: no script of ours can block less.
    const still = await newPage(cookies, { hasScripts: false });
    const settled = still.waitForEvent("console", (message) => message.text() === SETTLED);
    await still.goto(`${server.url}/s/${sessions.long}`, { waitUntil: "commit" });
    await settled;
    withoutScripts.push((await seenBy(still)).blockedMs);
    await still.context().close();
  }
  report("11 time of the first window, 10,000 messages over 100", median(servers.long) / median(servers.short), 1.5);
  report("12 last message seen, 10,000 over 100", median(times.long) / median(times.short), 1.3);
  console.log(`     the same page blocks for ${median(withoutScripts).toFixed(0)} ms where its scripts are not loaded`);
  report("12 blocking time", median(blocked), 200, " ms");
  report("12 nodes", nodes, 5000);
  report("15 script at first load, gzip", scriptBytes / 1000, 200, " KB");
  report("layout shift while it opens", shift, 0);
}

/** Figure 13: frames while a reader scrolls up through 10,000 messages. */
async function scrolling(cookies: Cookies, id: string): Promise<void> {
  const page = await newPage(cookies);
  await page.goto(`${server.url}/s/${id}`);
  await page.mouse.move(700, 400);
  const frames = page.evaluate(async () => {
    const times: number[] = [];
    const end = performance.now() + 8000;
    for (let last = performance.now(); last < end; ) {
      const now = await new Promise<number>(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times.slice(5);
  });
  for (let n = 0; n < 60; n++) {
    await page.mouse.wheel(0, -700);
    await page.waitForTimeout(80);
  }
  report("13 frame while scrolling, p95", quantile(await frames, 0.95), 34, " ms");
  await page.context().close();
}

/** From a key to the frame that shows it, while an answer of 100 tokens a second is drawn. */
async function typing(cookies: Cookies, sessions: { readonly empty: string; readonly long: string }): Promise<void> {
  const typed = async (id: string) => {
    const page = await newPage(cookies);
    await page.goto(`${server.url}/s/${id}`);
    await composer(page).fill("Write");
    await composer(page).press("Enter");
    await lastTurn(page).getByText("at1").first().waitFor();
    await composer(page).focus();
    const times = page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const found: number[] = [];
          document.addEventListener(
            "keydown",
            (event) => {
              requestAnimationFrame(() => setTimeout(() => found.push(performance.now() - event.timeStamp)));
              if (event.key === "z") setTimeout(() => resolve(found), 300);
            },
            true,
          );
        }),
    );
    for (const key of `${"abcdefghij".repeat(5)}z`) {
      await page.keyboard.press(key);
      await page.waitForTimeout(60);
    }
    const all = await times;
    const { shift } = await seenBy(page);
    await page.context().close();
    return { p95: quantile(all, 0.95), shift };
  };
  const empty = await typed(sessions.empty);
  const long = await typed(sessions.long);
  console.log(
    `     a key's way: ${empty.p95.toFixed(0)} ms in an empty session, ${long.p95.toFixed(0)} ms in a long one`,
  );
  report("a key's way to the screen while 100 tokens/s come, p95, long over empty", long.p95 / empty.p95, 1.3);
  report("layout shift while it streams", long.shift, 0);
}

/** Whether pages of a long session that open, one and ten at once, hold up anybody else. */
async function health(cookies: Cookies, id: string): Promise<void> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const open = async () => (await fetch(`${server.url}/s/${id}`, { headers: { cookie } })).text();
  const whole = await open();
  if (!whole.includes("Question 4999")) throw new Error("The page does not show the session");
  const alone: number[] = [];
  for (let n = 0; n < 20; n++) alone.push(await timed(open));
  console.log(`     a page of the long session: ${median(alone).toFixed(0)} ms, ${Math.round(whole.length / 1000)} KB`);
  loop.begin();
  const slowest = Math.max(...(await healthWhile(open, 10)));
  console.log(`     slowest health while one long session opens: ${slowest.toFixed(0)} ms`);
  const ten = () => Promise.all(Array.from({ length: 10 }, open));
  report("health while ten long sessions open, p95", quantile(await healthWhile(ten, 5), 0.95), 50, " ms");
  const [longest = { ms: 0, collectingMs: 0 }] = await loop.held();
  const collecting = `${Math.min(longest.ms, longest.collectingMs).toFixed(0)} ms of it collecting garbage`;
  report(`longest hold of the event loop while long sessions open, ${collecting}`, longest.ms, 50, " ms");
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/**
 * Milliseconds that each look at the server's health takes, one after the other, while something is done so many times.
 */
async function healthWhile(act: () => Promise<unknown>, rounds: number): Promise<readonly number[]> {
  const times: number[] = [];
  const look = async () => (await fetch(`${server.url}/api/health`)).text();
  for (let round = 0; round < rounds; round++) {
    let isOver = false;
    const acted = act().finally(() => {
      isOver = true;
    });
    while (!isOver) times.push(await timed(look));
    await acted;
  }
  return times;
}
