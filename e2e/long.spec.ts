import { expect, type Page, test } from "@playwright/test";
import { fillSession } from "../lib/testing/long-session.ts";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

// A session of 2,000 messages. What it costs is measured by `npm run bench:long`.

const QUESTIONS = 1000;

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let server: WatchedServer;
test.beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: `${postgres.url}/postgres` });
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await postgres.stop();
});

const log = (page: Page) => page.getByRole("log");
const turn = (page: Page, n: number) => log(page).getByRole("heading", { name: `Question ${n}`, exact: true });
const composer = (page: Page) => page.getByRole("textbox", { name: /message/i });
const turns = (page: Page) => log(page).getByRole("article").count();

async function openLong(page: Page): Promise<string> {
  const headers = { authorization: `Bearer ${server.key()}` };
  const made = await fetch(`${server.url}/api/v1/chat`, { method: "POST", headers });
  const { session_id } = await made.json();
  await fillSession(`${postgres.url}/postgres`, session_id, QUESTIONS);
  await signInAsOwnerOnce(page);
  const html = await (await page.request.get(`${server.url}/s/${session_id}`)).text();
  await page.goto(`${server.url}/s/${session_id}`);
  return html;
}

let state: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>> | null = null;
/** The printed link is good once. */
async function signInAsOwnerOnce(page: Page): Promise<void> {
  if (state) return void (await page.context().addCookies(state.cookies));
  await signInAsOwner(page, server);
  state = await page.context().storageState();
}

test("lessons 22 and 25: a long session begins with its last turns, and has older ones without a jump", async ({
  page,
}) => {
  const html = await openLong(page);
  expect(html).toContain(`Question ${QUESTIONS - 1}`);
  expect(html).not.toContain("Question 900<");
  expect(html.length).toBeLessThan(1_000_000);
  await expect(turn(page, QUESTIONS - 1)).toBeInViewport();
  expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(5000);

  await log(page).hover();
  const before = await turns(page);
  // The first turn in view stays where it is while others come above it.
  const anchor = turn(page, QUESTIONS - before);
  await anchor.scrollIntoViewIfNeeded();
  await expect.poll(() => turns(page)).toBeGreaterThan(before);
  await expect(anchor).toBeInViewport();
});

test("16: who goes far up while the page gets shorter stays there", { tag: "@nightly" }, async ({ page }) => {
  await openLong(page);
  await settled(page);
  await growLast(page);
  await expect.poll(() => fromEnd(page)).toBeLessThanOrEqual(1);
  await log(page).evaluate((inner) => {
    inner.querySelector("[data-grown]")?.remove();
    const box = inner.closest(".scroller");
    if (box) box.scrollTop = 6000;
  });
  await settled(page);
  expect(await fromEnd(page)).toBeGreaterThan(2000);
});

test("16: turns above the first screen are their words until the reader comes near them, and stay where they are", {
  tag: "@nightly",
}, async ({ page }) => {
  await openLong(page);
  const resting = log(page).locator("[data-resting]");
  await expect(turn(page, QUESTIONS - 1)).toBeInViewport();
  expect(await resting.count()).toBeGreaterThan(20);
  const far = log(page)
    .getByRole("article")
    .filter({ has: page.getByRole("heading", { name: `Question ${QUESTIONS - 30}`, exact: true }) });
  await expect(far).toContainText("**two**");
  await expect(async () => {
    await page.mouse.move(700, 400);
    await page.mouse.move(710, 400);
    await far.scrollIntoViewIfNeeded();
    await expect(far.locator("strong")).toHaveText("two", { timeout: 1000 });
  }).toPass({ timeout: 20_000 });
  await expect(far).toBeInViewport();
  await expect(far.getByRole("button", { name: "Answer again" })).toHaveCount(1);
});

test("16: a turn that is drawn as it comes into view moves nothing that is read below it", { tag: "@nightly" }, async ({
  page,
}) => {
  await openLong(page);
  await expect(turn(page, QUESTIONS - 1)).toBeInViewport();
  // As on a machine that is too busy to draw ahead of the reader.
  await page.evaluate(() => {
    window.requestIdleCallback = (act) =>
      window.setInterval(() => {
        const edge = document.querySelector(".scroller")?.getBoundingClientRect().top ?? 0;
        const isCut = [...document.querySelectorAll("[data-resting]")].some((one) => {
          const { top, bottom } = one.getBoundingClientRect();
          return top < edge - 50 && bottom > edge + 50;
        });
        if (isCut) act({ didTimeout: true, timeRemaining: () => 0 });
      }, 20);
  });
  await log(page).hover();
  const resting = await log(page).locator("[data-resting]").count();
  const moved: number[] = [];
  for (let step = 0; step < 90; step++) {
    const read = await firstInView(page);
    await page.mouse.wheel(0, -40);
    await expect.poll(read.top).not.toBe(read.before);
    await page.waitForTimeout(200);
    moved.push(Math.round((await read.top()) - read.before));
  }
  expect(moved.filter((px) => Math.abs(px - 40) > 2)).toEqual([]);
  expect(await log(page).locator("[data-resting]").count()).toBeLessThan(resting);
});

test("lesson 25: the outline has every question, leads to the first by keys, and the end is one press away", {
  tag: "@nightly",
}, async ({ page }) => {
  await openLong(page);
  await page.getByRole("button", { name: "Outline" }).press("Enter");
  const outline = page.getByRole("dialog", { name: "Outline" });
  await expect(outline.getByRole("status")).toHaveText("1,000 questions");
  await expect(outline.getByRole("button", { name: "Question 999" })).toBeFocused();
  await page.keyboard.press("Home");
  await expect(outline.getByRole("button", { name: "Question 0", exact: true })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(outline).toBeHidden();
  await expect(turn(page, 1)).toBeInViewport();
  await expect(turn(page, QUESTIONS - 1)).toHaveCount(0);
  await page.getByRole("button", { name: /Jump to the end/ }).click();
  await expect(turn(page, QUESTIONS - 1)).toBeInViewport();
});

test("lessons 23, 24, 27 and 28: a turn sends the new message alone, what is typed draws no turn anew, and only who is at the end follows it", async ({
  page,
}) => {
  await openLong(page);
  await expect(turn(page, QUESTIONS - 1)).toBeInViewport();
  await composer(page).focus();
  await settled(page);
  const drawn = await drawnWhile(page, () => page.keyboard.type("a text of forty characters, and no more"));
  expect(drawn).toBe(0);
  // What grows late keeps who is at the end there.
  await growLast(page);
  await expect.poll(() => fromEnd(page)).toBeLessThanOrEqual(1);
  const sent = page.waitForRequest(
    (request) => request.method() === "POST" && request.url().includes("/messages/stream"),
  );
  await composer(page).fill("Write 400 words");
  await composer(page).press("Enter");
  expect((await sent).postDataBuffer()?.length ?? 0).toBeLessThan(2048);
  await expect(log(page).getByRole("article").last()).toContainText("(2)");
  await log(page).hover();
  await page.mouse.wheel(0, -600);
  const read = log(page).getByRole("article").nth(-3);
  const y = async () => Math.round((await read.boundingBox())?.y ?? 0);
  await expect(page.getByRole("button", { name: /Jump to the end/ })).toBeVisible();
  const there = await y();
  await expect(log(page).getByRole("article").last()).toContainText("(6)");
  expect(await y()).toBe(there);
  await growLast(page);
  await expect.poll(() => fromEnd(page)).toBeGreaterThan(300);
  expect(await y()).toBe(there);
});

/** The first turn whose beginning is in view, and where that stands. */
async function firstInView(page: Page) {
  const first = await page.evaluateHandle(() => {
    const edge = document.querySelector(".scroller")?.getBoundingClientRect().top ?? 0;
    const turns = [...document.querySelectorAll("[role=log] article")];
    return turns.find((one) => one.getBoundingClientRect().top > edge) ?? document.body;
  });
  const top = () => first.evaluate((one) => one.getBoundingClientRect().top);
  return { top, before: await top() };
}

/** Waits until nothing is drawn any more for the reader who has come: what is near comes once somebody stirs. */
async function settled(page: Page): Promise<void> {
  await expect(async () => {
    await page.mouse.move(700, 400);
    await page.mouse.move(710, 400);
    await expect(log(page).locator("[data-unread]")).toHaveCount(0, { timeout: 1000 });
    expect(await drawnWhile(page, () => page.waitForTimeout(500))).toBe(0);
  }).toPass();
}

/** So many changes of what the turns show come about while something is done. */
async function drawnWhile(page: Page, act: () => Promise<void>): Promise<number> {
  await log(page).evaluate((element) => {
    const seen = { changes: 0 };
    Object.assign(window, { seen });
    const count = (changes: readonly unknown[]) => {
      seen.changes += changes.length;
    };
    new MutationObserver(count).observe(element, { childList: true, characterData: true, subtree: true });
  });
  await act();
  return page.evaluate(() => (window as unknown as { seen: { changes: number } }).seen.changes); // set above
}

/** As a picture that comes late makes the last turn higher. */
const growLast = (page: Page) =>
  log(page)
    .getByRole("article")
    .last()
    .evaluate((element) => {
      const late = document.createElement("div");
      late.style.blockSize = "400px";
      late.dataset.grown = "";
      element.append(late);
    });

const fromEnd = (page: Page) =>
  page.locator(".scroller").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
