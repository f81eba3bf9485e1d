// npm run bench:markdown: what showing a long answer costs in the browser. Streams answers of Markdown of 1,000 and
// 20,000 tokens to a signed-in page of a built server, in turns, and compares the time that the page's thread works for
// a token (figure 17, its browser part). Also shows Markdown that is made to be slow, and says for how long the page
// stood.
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CDPSession, chromium, type Page } from "playwright";
import { needsBuild } from "../scripts/build-stamp.ts";
import { CHROMIUM_FLAGS, findChromium } from "../scripts/chromium.ts";
import { startServer } from "../scripts/server.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";
import { median } from "./processes.ts";

const [SHORT, LONG] = [1000, 20_000];
const TOKENS_A_SECOND = 500;
const ROUNDS = Number(process.env.ROUNDS ?? 2);
const MUST = 1.5;

/** What answers are made of: about 250 tokens of each kind of block, over and over. */
const SECTION = [
  "## Part of the answer\n\nA paragraph with **weight**, *emphasis*, `code`, [a link](https://example.org/a) and $a_1 + b$ in it, ",
  "which goes on for a while so that it is as long as paragraphs of answers are, and then ends.\n\n",
  "- one thing\n- another thing with `code`\n  1. nested\n  2. also nested\n- a last one\n\n",
  "| name | value | note |\n|---|--:|---|\n| alpha | 12.5 | first |\n| beta | 7 | second |\n| gamma | 101 | third |\n\n",
  "```ts\nexport function area(width: number, height: number): number {\n  const factor = 2; // why\n  return width * height * factor;\n}\n```\n\n",
  "$$\n\\frac{a}{b} + \\sqrt{c}\n$$\n\n> A quotation of one line.\n\n",
].join("");
/** Four characters are a token, as is common. */
const tokensOf = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => {
    const at = (n * 4) % SECTION.length;
    return (SECTION + SECTION).slice(at, at + 4);
  });

const SLOW: Readonly<Record<string, string>> = {
  "10,000 nested quotations": `${">".repeat(10_000)} x`,
  "10,000 nested lists": `${"- ".repeat(10_000)}x`,
  "10,000 brackets": `${"[".repeat(10_000)}x${"]".repeat(10_000)}`,
  "10,000 links in each other": `${"[a](".repeat(10_000)}x`,
  "10,000 images": "![a](b)".repeat(10_000),
  "10,000 stars": "*a **a ".repeat(10_000),
  "10,000 runs of ticks": Array.from({ length: 400 }, (_, n) => "`".repeat(n)).join(" "),
  "10,000 dollars": "$a \\(b ".repeat(10_000),
  "a table of 10,000 rows": `|a|b|\n|---|---|\n${"|1|2|\n".repeat(10_000)}`,
  "a table of 10,000 columns": `${"|a".repeat(10_000)}|\n${"|-".repeat(10_000)}|\n${"|1".repeat(10_000)}|`,
  "1 MB in one line": "word ".repeat(200_000),
  "1 MB of short lines": "word\n\n".repeat(170_000),
  "10,000 entities and tags": "&amp;<b>&#x26;".repeat(10_000),
  "10,000 references": `${"[a][b] ".repeat(10_000)}\n\n[b]: https://example.org`,
};

const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ id: "b", object: "chat.completion.chunk", created: 1, model: "b", choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;

function startModel() {
  const server = createServer((request, response) => {
    if (request.method !== "POST") return void response.end(JSON.stringify({ data: [{ id: "b" }] }));
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const { messages, stream } = JSON.parse(body);
      if (!stream) return void response.end(JSON.stringify({ choices: [{ message: { content: "Title" } }] }));
      const asked = String(JSON.stringify(messages.at(-1).content));
      response.writeHead(200, { "content-type": "text/event-stream" });
      const slow = Object.entries(SLOW).find(([name]) => asked.includes(name))?.[1];
      const tokens = slow ? [slow] : tokensOf(asked.includes(`${LONG} tokens`) ? LONG : SHORT);
      const startedAt = performance.now();
      let sent = 0;
      const tick = () => {
        const due = Math.min(tokens.length, Math.ceil(((performance.now() - startedAt) / 1000) * TOKENS_A_SECOND));
        const text = tokens.slice(sent, due).join("");
        sent = due;
        if (text) response.write(chunk({ content: text }));
        if (sent < tokens.length) return void setTimeout(tick, 10);
        response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
      };
      tick();
    });
  });
  return new Promise<{ url: string; close: () => void }>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo; // of a server that listens on a port
      resolve({ url: `http://127.0.0.1:${port}`, close: () => server.close() });
    });
  });
}

const sessions = new WeakMap<Page, Promise<CDPSession>>();

async function measured(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return session;
}

/** Seconds that the page's thread has worked since it was first asked: Chromium counts from when it is told to. */
async function workedSeconds(page: Page): Promise<number> {
  const session = sessions.get(page) ?? measured(page);
  sessions.set(page, session);
  const { metrics } = await (await session).send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}

async function ask(page: Page, url: string, prompt: string): Promise<void> {
  await page.goto(url);
  await page.getByRole("textbox", { name: /message/iu }).fill(prompt);
  await page.keyboard.press("Enter");
}

/**
 * Waits for the end of an answer. Playwright's own ways look at each element of the page, and would be measured with
 * it.
 */
const ready = (page: Page) =>
  page.waitForFunction(
    () => [...document.querySelectorAll("[role=status]")].some((one) => one.textContent?.includes("Answer ready")),
    null,
    { polling: 500, timeout: 300_000 },
  );

/** Milliseconds of work for a token of an answer. */
async function costOf(page: Page, url: string, tokens: number): Promise<number> {
  await ask(page, url, `Say ${tokens} tokens`);
  await page.locator(".prose").first().waitFor();
  const before = await workedSeconds(page);
  await ready(page);
  return ((await workedSeconds(page)) - before) * (1000 / tokens);
}

/** The longest time that a page stands while it opens an answer, in milliseconds. */
async function standsFor(page: Page, url: string, name: string): Promise<number> {
  await ask(page, url, `Say ${name}`);
  await ready(page);
  await page.addInitScript(() => {
    const noted = globalThis as unknown as { longest: number }; // ours
    noted.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) noted.longest = Math.max(noted.longest, duration);
    }).observe({ type: "longtask", buffered: true });
  });
  await page.reload();
  await page.mouse.move(200, 200);
  await page.locator(".prose > div").first().waitFor();
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 5000 })));
  await page.waitForTimeout(1500);
  return page.evaluate(() => (globalThis as unknown as { longest: number }).longest);
}

keepTemporaryFiles("bench");
if (needsBuild()) spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const model = await startModel();
const server = await startServer({
  OPENAI_BASE_URL: `${model.url}/v1`,
  OPENAI_MODEL: "b",
  OUTBOUND_ALLOW: new URL(model.url).host,
});
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
const page = await browser.newPage();
await page.goto(/Sign in as its owner, once: (\S+)/u.exec(server.output())?.[1] ?? "about:blank");
await page.locator("form").getByRole("button", { name: "Sign in" }).click();
await page.waitForURL((url) => url.pathname === "/");

const short: number[] = [];
const long: number[] = [];
await costOf(page, server.url, SHORT);
for (let round = 0; round < ROUNDS; round++) {
  short.push(await costOf(page, server.url, SHORT));
  long.push(await costOf(page, server.url, LONG));
}
const ratio = median(long) / median(short);
console.log(`${SHORT} tokens: ${median(short).toFixed(3)} ms of work for a token`);
console.log(`${LONG} tokens: ${median(long).toFixed(3)} ms of work for a token`);
console.log(`ratio ${ratio.toFixed(2)} (must ${MUST})`);
let isSlow = false;
for (const name of process.env.SLOW === "off" ? [] : Object.keys(SLOW)) {
  const ms = await standsFor(page, server.url, name);
  isSlow ||= ms > 1000;
  console.log(`${name}: the page stood ${Math.round(ms)} ms`);
}
await browser.close();
await server.kill("SIGTERM");
model.close();
process.exitCode = ratio <= MUST && !isSlow ? 0 : 1;
