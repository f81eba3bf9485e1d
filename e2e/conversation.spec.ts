import { expect, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;

test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: /message/i });
/** The one live region says how the turn ended. */
const isReady = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
const lastAnswer = (page: Page) => page.getByRole("log").getByRole("article").last();

async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
}

/** Fails the test on an error in the browser's console. */
function watchConsole(page: Page): string[] {
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  return errors;
}

test("lesson 19: a visitor asks, reads an answer with a tool, and finds the session titled in the sidebar", async ({
  page,
}) => {
  const errors = watchConsole(page);
  await page.goto(server.url);
  // The first question changes the address, and what stands on the page stays the same.
  const field = await composer(page).elementHandle();
  await ask(page, "What is 12.5 * 8?");
  const tool = page.getByRole("button", { name: /calculator/ });
  await expect(tool).toBeVisible();
  await expect(lastAnswer(page).locator("strong", { hasText: "100" })).toBeVisible();
  await tool.click();
  await expect(lastAnswer(page).getByText("expression").first()).toBeVisible();
  await expect(page).toHaveURL(/\/s\/[0-9a-f-]{36}$/);
  expect(await field?.evaluate((element) => element.isConnected)).toBe(true);
  await expect(page.getByRole("navigation").getByRole("link", { name: /12\.5/ })).toBeVisible();
  await look(page, "a-first-answer");
  expect(errors).toEqual([]);
});

test("lessons 1 and 7: ten reloads in mid-answer show what was said, go on, and it ends with every word once", async ({
  page,
}) => {
  const errors = watchConsole(page);
  await page.goto(server.url);
  await ask(page, "Write 600 words");
  await expect(lastAnswer(page)).toContainText("(6)");
  const stop = page.getByRole("button", { name: /^Stop/ });
  // A slow machine needs longer for ten reloads than the answer takes: those in mid-answer are counted.
  let [inMidAnswer, isGoing] = [0, true];
  for (let n = 0; n < 10; n++) {
    await page.reload({ waitUntil: n < 8 ? "commit" : "load" });
    await expect(lastAnswer(page)).toContainText("(6)");
    isGoing = await stop.isVisible();
    if (isGoing) inMidAnswer++;
  }
  expect(inMidAnswer).toBeGreaterThanOrEqual(3);
  await expect(stop).toHaveCount(0);
  if (isGoing) await isReady(page);
  const text = await lastAnswer(page).textContent();
  const numbers = [...(text ?? "").matchAll(/\((\d+)\)/g)].map((match) => Number(match[1]));
  expect(numbers).toEqual(numbers.map((_, n) => n + 1));
  expect(await page.getByRole("log").getByRole("article").count()).toBe(1);
  expect(errors).toEqual([]);
});

test("lesson 8: two tabs on one session both see the turn that one of them starts, and both can stop it", async ({
  context,
}) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await one.goto(server.url);
  await ask(one, "Hello");
  await isReady(one);
  await expect(one).toHaveURL(/\/s\//);
  await two.goto(one.url());
  await ask(one, "Write 900 words");
  await two.bringToFront();
  await expect(two.getByRole("log").getByRole("article")).toHaveCount(2);
  await expect(lastAnswer(two)).toContainText("(1) A conversation is kept");
  await two.getByRole("button", { name: /^Stop/ }).click();
  await expect(lastAnswer(two)).toContainText(/Stopped/);
  await one.bringToFront();
  await expect(lastAnswer(one)).toContainText(/Stopped/);
});

test("a tab that asks for news late hears what came since its page was made", { tag: "@nightly" }, async ({
  context,
}) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await one.goto(server.url);
  await ask(one, "Hello");
  await isReady(one);
  await expect(one).toHaveURL(/\/s\//);
  const answered = Promise.withResolvers<void>();
  await two.route("**/api/app/changes*", async (route) => {
    await answered.promise;
    await route.continue();
  });
  await two.goto(one.url());
  await ask(one, "What is 6 * 7?");
  await expect(lastAnswer(one)).toContainText("42");
  await isReady(one);
  answered.resolve();
  await expect(lastAnswer(two)).toContainText("42");
});

test("lessons 10 and 34: the one live region says start, long silence and end; stop ends the answer where it is", async ({
  page,
}) => {
  await page.goto(server.url);
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const look = () => {
      const text = document.querySelector("[data-status]")?.textContent ?? "";
      if (text !== "" && text !== said.at(-1)) said.push(text);
    };
    new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  await ask(page, "Write 2000 words");
  await expect(lastAnswer(page)).toContainText("(2)");
  await expect(page.getByRole("status").filter({ hasText: "Still working" })).toHaveCount(1);
  // No live region holds what streams.
  await expect(page.getByRole("log")).toHaveAttribute("aria-live", "off");
  expect(await page.locator("[role=status], [role=alert], [aria-live=polite]").allTextContents()).not.toContainEqual(
    expect.stringContaining("A conversation is kept"),
  );
  await page.getByRole("button", { name: /^Stop/ }).click();
  await expect(lastAnswer(page)).toContainText(/Stopped/);
  const stopped = await lastAnswer(page).textContent();
  await page.waitForTimeout(500);
  expect(await lastAnswer(page).textContent()).toBe(stopped);
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said); // set above
  expect(said).toEqual(["Working", "Still working", "Stopped"]);
  await lastAnswer(page).getByRole("button", { name: /again/i }).first().click();
  await expect(lastAnswer(page)).toContainText("Version 2 of 2");
  await expect(lastAnswer(page)).toContainText("(1)");
  await expect(lastAnswer(page)).not.toContainText("Stopped");
  await expect(page.getByRole("log").getByRole("article")).toHaveCount(1);
});

test("lesson 29: Enter while a word is being composed does not send, Shift+Enter breaks the line", async ({ page }) => {
  await page.goto(server.url);
  await composer(page).fill("にほん");
  await composer(page).dispatchEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true });
  await composer(page).press("Shift+Enter");
  await expect(composer(page)).toHaveValue("にほん\n");
  await expect(page).toHaveURL(`${server.url}/`);
});

test("a guest who makes an account keeps the sessions, and finds them after signing in again", async ({ page }) => {
  await page.goto(server.url);
  await ask(page, "My name is Ada");
  await expect(lastAnswer(page)).toContainText("demo model");
  await page.goto(`${server.url}/sign-in`);
  const email = `ada-${Date.now()}@example.org`;
  await page
    .getByRole("button", { name: /create/i })
    .or(page.getByRole("link", { name: /create/i }))
    .or(page.getByRole("tab", { name: /create/i }))
    .first()
    .click();
  await page.getByLabel(/e-?mail/i).fill(email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill("a long password");
  await page
    .locator("form")
    .getByRole("button", { name: /create/i })
    .click();
  await expect(page.getByText(email)).toBeVisible();
  await expect(page.getByRole("navigation").getByRole("link", { name: /Ada|name/i })).toBeVisible();
  await page.getByRole("button", { name: /sign out/i }).click();
  await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel(/e-?mail/i).fill(email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill("a long password");
  await page
    .locator("form")
    .getByRole("button", { name: /sign in/i })
    .click();
  await expect(page.getByRole("navigation").getByRole("link", { name: /Ada|name/i })).toBeVisible();
});

test("a deleted session comes back with Undo, and is gone for good without", { tag: "@nightly" }, async ({ page }) => {
  await page.goto(server.url);
  await ask(page, "Hello");
  await expect(lastAnswer(page)).toContainText("demo model");
  const row = page.getByRole("navigation").getByRole("link", { name: /Hello/ });
  await row.hover();
  await page.getByRole("navigation").getByRole("button", { name: /Hello/ }).click();
  await page.getByRole("menuitem", { name: /delete/i }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row).toBeVisible();
});

test("what the API makes is in the sidebar of the browser that the printed link signs in", { tag: "@nightly" }, async ({
  page,
}) => {
  const link = /http:\S+\/sign-in\/link\?token=\S+/.exec(server.output())?.[0] ?? "";
  const headers = { authorization: `Bearer ${server.key()}` };
  const created = await fetch(`${server.url}/api/v1/chat`, { method: "POST", headers });
  const { session_id } = await created.json();
  // A session without a message is in no list of the app.
  const asked = await fetch(`${server.url}/api/v1/chat/${session_id}/messages/stream`, {
    method: "POST",
    headers,
    body: JSON.stringify({ index_ids: [], prompt: "Hello" }),
  });
  await asked.text();
  await fetch(`${server.url}/api/v1/chat/${session_id}`, {
    method: "PATCH",
    headers,
    body: JSON.stringify({ generated_title: "Made by a program" }),
  });
  await signInAsOwner(page, server);
  await page.getByRole("navigation").getByRole("link", { name: "Made by a program" }).click();
  await expect(page).toHaveURL(`${server.url}/s/${session_id}`);
  await page.context().clearCookies();
  await page.goto(link);
  await page.locator("form").getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/sign-in\?error=link/);
});

const ODD_MARKDOWN = `Note this:

*slanted words* beside upright words, *наклон*

- [x] bake the bread
- [ ] eat it

\`\`\`__proto__
let a = 1
\`\`\`

\`\`\`constructor
let b = 2
\`\`\`

and no more`;

test("C29: emphasis, task lists and code of odd languages are drawn", { tag: "@nightly" }, async ({ page }) => {
  const errors = watchConsole(page);
  await page.goto(server.url);
  await ask(page, ODD_MARKDOWN);
  await isReady(page);
  await ask(page, "What did I say?");
  const answer = lastAnswer(page);
  await expect(answer).toContainText("let b = 2");
  await isReady(page);
  await page.reload();
  await expect(answer.locator(".code-language")).toHaveText(["__proto__", "constructor"]);
  await expect(answer.getByRole("checkbox", { name: "bake the bread" })).toBeChecked();
  await expect(answer.getByRole("checkbox", { name: "eat it" })).not.toBeChecked();
  await expect(answer.locator("em").first()).toHaveCSS("font-style", "italic");
  const isItalicLoaded = () =>
    page.evaluate(() => [...document.fonts].some((face) => face.style === "italic" && face.status === "loaded"));
  await expect.poll(isItalicLoaded).toBe(true);
  await look(page, "odd-markdown", { widths: [1280] });
  expect(errors).toEqual([]);
});
