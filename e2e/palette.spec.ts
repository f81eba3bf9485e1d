import { expect, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { startServer, type WatchedServer } from "./server.ts";
import { watchContext } from "./watch-page.ts";

// Commands by keys alone, the archive, the export and the theme. With SCREENSHOTS pictures are left there.

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const palette = (page: Page) => page.getByRole("dialog", { name: "Commands and sessions" });
const field = (page: Page) => palette(page).getByRole("combobox");
const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
const rowOf = (page: Page, title: string) => page.locator(".sidebar .session-row", { hasText: title });

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await page.keyboard.type(words);
  await expect(palette(page).locator(".palette-row").first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(palette(page)).toHaveCount(0);
}

async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
  await expect(page.locator('[role=log] [data-act="copy"]').last()).toBeVisible();
}

test("everything is reached by keys: commands, sessions by title, the archive, and the focus comes back", {
  tag: "@nightly",
}, async ({ page, context }) => {
  const watched = await watchContext(context, server.url);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(server.url);
  await ask(page, "Harbour lights");
  const first = page.url();
  await command(page, "new session");
  await expect(page).toHaveURL(`${server.url}/`);
  await ask(page, "Apples in the cellar");

  // Escape closes only the palette, and the focus is where it was.
  await composer(page).focus();
  await page.keyboard.press("Control+k");
  await expect(palette(page).getByText("This session")).toBeVisible();
  await look(page, "palette");
  await page.keyboard.press("Escape");
  await expect(palette(page)).toHaveCount(0);
  await expect(composer(page)).toBeFocused();

  // A key that comes with the one that closes it opens it again.
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await page.evaluate(() => {
    const press = { key: "k", code: "KeyK", ctrlKey: true, bubbles: true, cancelable: true };
    for (let n = 0; n < 2; n++) document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", press));
  });
  await expect(field(page)).toBeFocused();
  await page.waitForTimeout(300);
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(composer(page)).toBeFocused();

  await command(page, "rename");
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Cellar");
  await page.keyboard.press("Enter");
  await expect(rowOf(page, "Cellar")).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("harb");
  await expect(palette(page).getByRole("option", { name: /Harbour/ })).toBeVisible();
  await look(page, "palette-found");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(first);

  await command(page, "archive the session");
  await expect(page.getByText("This session is archived.")).toBeVisible();
  await expect(rowOf(page, "Harbour")).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("This session is archived.")).toBeVisible();
  await command(page, "archived sessions");
  await expect(rowOf(page, "Harbour")).toBeVisible();
  await look(page, "archive");
  await rowOf(page, "Harbour").getByRole("link").focus();
  await page.keyboard.press("a");
  await expect(page.getByText("Nothing is archived.")).toBeVisible();
  await page.getByRole("button", { name: "All sessions" }).click();
  await expect(rowOf(page, "Harbour")).toBeVisible();

  const saved = page.waitForEvent("download");
  await command(page, "markdown");
  expect((await saved).suggestedFilename()).toMatch(/^Harbour.*\.md$/);

  await command(page, "dark theme");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(watched).toEqual({ violations: [], outside: [], errors: [] });
});

test("F6 goes through the parts of the page; letters can be turned off; the theme is there at the first frame", {
  tag: "@nightly",
}, async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(server.url);
  await ask(page, "One question");
  const here = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return at?.closest(".composer") ? "composer" : at?.closest("#sidebar") ? "sidebar" : at?.className.split(" ")[0];
    });
  expect(await here()).toBe("composer");
  const steps = [
    ["F6", "sidebar"],
    ["F6", "scroller"],
    ["F6", "composer"],
    ["Shift+F6", "scroller"],
  ] as const;
  for (const [key, part] of steps) {
    await page.keyboard.press(key);
    // The code of this key comes with its first press.
    await expect.poll(here).toBe(part);
  }

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.goto(`${server.url}/account`);
  await page.getByRole("checkbox", { name: /Letters and signs/ }).uncheck();
  await page.getByRole("radio", { name: "Dark" }).check();
  await look(page, "theme-and-keys");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toHaveCount(0);
  const [answer] = await Promise.all([page.waitForResponse(`${server.url}/account`), page.reload()]);
  expect(await answer.text()).toContain('data-theme="dark"');
  await expect(page.getByRole("checkbox", { name: /Letters and signs/ })).not.toBeChecked();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export everything" }).click();
  expect((await saved).suggestedFilename()).toMatch(/^parley-.*\.ndjson$/);
});
