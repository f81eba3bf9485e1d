import { expect, type Page, test } from "@playwright/test";
import { expectNoAxeFault } from "./look.ts";
import { startServer, type WatchedServer } from "./server.ts";
import { watchContext } from "./watch-page.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: "Message" });
const turns = (page: Page) => page.getByRole("log").getByRole("article");
const editor = (page: Page) => page.getByRole("textbox", { name: "Edit the question" });
/** The one live region says how the turn ended. */
const isReady = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
const isSaid = (page: Page, text: string) => expect(page.getByRole("status").filter({ hasText: text })).toHaveCount(1);

async function ask(page: Page, question: string, turn: number): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
  await expect(turns(page)).toHaveCount(turn);
  // The live region says of the turn before that it is ready, until this one has begun.
  await expect(turns(page).last()).toHaveAttribute("data-ending", "ready");
  await isReady(page);
}

/** A session with two turns. */
async function begun(page: Page): Promise<void> {
  await page.goto(server.url);
  await ask(page, "What is 2 * 3?", 1);
  await ask(page, "What is 6 * 7?", 2);
}

test("by keys alone: a question is edited, answered again, and each version shown", async ({ page, context }) => {
  const watched = await watchContext(context, server.url);
  await begun(page);
  // Up in an empty composer edits the last question; Esc leaves it, and what was typed is kept.
  await composer(page).press("ArrowUp");
  await expect(editor(page)).toHaveValue("What is 6 * 7?");
  // What the page reads when a turn has ended takes its time: the keys work all the same.
  const way = Promise.withResolvers<void>();
  await page.route("**/turns?limit=2", async (route) => {
    await way.promise;
    await route.continue();
  });
  await editor(page).fill("What is 6 * 8?");
  await editor(page).press("Escape");
  await expect(editor(page)).toHaveCount(0);
  await page.keyboard.press("e");
  await expect(editor(page)).toHaveValue("What is 6 * 8?");
  await editor(page).press("Enter");
  await expect(turns(page).last()).toContainText("48");
  await isReady(page);
  await expect(turns(page)).toHaveCount(2);
  await expect(turns(page).last()).toContainText("Version 2 of 2");

  await turns(page).last().focus();
  await page.keyboard.press("[");
  await expect(turns(page).last()).toContainText("42");
  await isSaid(page, "Version 1 of 2");
  way.resolve();
  await page.keyboard.press("r");
  await expect(turns(page).last()).toContainText("Version 3 of 3");
  await isReady(page);
  await expect(turns(page).last()).toContainText("42");

  // The first question, in the middle of what there is.
  await turns(page).first().focus();
  await page.keyboard.press("e");
  await editor(page).fill("What is 2 * 5?");
  await editor(page).press("Enter");
  await expect(turns(page)).toHaveCount(1);
  await expect(turns(page).last()).toContainText("10");
  await isReady(page);
  await expect(turns(page).first()).toContainText("Version 2 of 2");
  await turns(page).first().focus();
  await page.keyboard.press("[");
  await expect(turns(page)).toHaveCount(2);
  await expect(turns(page).first()).toContainText("Version 1 of 2");
  await expect(turns(page).last()).toContainText("Version 3 of 3");
  // The focus stays with the turn that was changed.
  await page.keyboard.press("]");
  await expect(turns(page)).toHaveCount(1);
  await page.reload();
  await expect(turns(page).first()).toContainText("Version 2 of 2");
  await expectNoAxeFault(page, "versions");
  expect(watched).toEqual({ violations: [], outside: [], errors: [] });
});

test("another tab follows to the line that is shown, and a turn keeps its place on the screen", {
  tag: "@nightly",
}, async ({ context }) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await begun(one);
  await ask(one, "Write 300 words", 3);
  await two.goto(one.url());
  await turns(one).nth(1).getByRole("button", { name: "Answer again" }).click();
  await expect(turns(one)).toHaveCount(2);
  await isReady(one);
  await two.bringToFront();
  await expect(turns(two)).toHaveCount(2);
  await expect(turns(two).last()).toContainText("Version 2 of 2");

  // Markdown is made where a reader stirs.
  await two.mouse.move(300, 300);
  await expect(two.locator("[data-unread]")).toHaveCount(0);
  // Going there scrolls, before anything is pressed.
  const previous = turns(two).last().getByRole("button", { name: "Previous version" });
  await previous.hover();
  const before = await turns(two).last().boundingBox();
  await previous.click();
  await expect(turns(two)).toHaveCount(3);
  const after = await turns(two).nth(1).boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? -100))).toBeLessThan(2);
  await one.bringToFront();
  await expect(turns(one)).toHaveCount(3);
});

test("while an answer is given, an edited question is refused in words and stays where it was typed", {
  tag: "@nightly",
}, async ({ page }) => {
  await begun(page);
  await ask(page, "Hello", 3);
  await turns(page).first().hover();
  await turns(page).first().getByRole("button", { name: "Edit the question" }).click();
  await editor(page).fill("What is 9 * 9?");
  await composer(page).fill("Write 400 words");
  await composer(page).press("Enter");
  await expect(turns(page).last()).toContainText("(2)");
  await editor(page).press("Enter");
  await expect(page.getByText("An answer is being given. Stop it, or wait for its end.")).toBeVisible();
  await expect(editor(page)).toHaveValue("What is 9 * 9?");
  await page.getByRole("button", { name: /^Stop/ }).click();
  await isSaid(page, "Stopped");
  await editor(page).press("Enter");
  await expect(turns(page)).toHaveCount(1);
  await expect(turns(page).last()).toContainText("81");
});
