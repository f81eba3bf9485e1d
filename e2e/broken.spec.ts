import { expect, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { startServer, type WatchedServer } from "./server.ts";

// What a reader sees where the app itself has a fault, which the tests make; and how much of it comes at first.

let server: WatchedServer;

test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
const again = (page: Page) => page.getByRole("button", { name: "Try again" });

test("figure 15: the page loads at most 200 KB of script before anybody has done anything", async ({ page }) => {
  await page.goto(server.url);
  await expect(composer(page)).toBeFocused();
  await page.waitForLoadState("networkidle");
  const bytes = await page.evaluate(() =>
    performance.getEntriesByType("resource").reduce((sum, entry) => {
      const { name, encodedBodySize } = entry as PerformanceResourceTiming; // what these entries are
      return sum + (name.endsWith(".js") ? encodedBodySize : 0);
    }, 0),
  );
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(200_000);
});

test("a frame that breaks gives way to a page that says so, and is tried again", async ({ page }) => {
  await page.addInitScript(() => {
    const real = window.matchMedia.bind(window);
    window.matchMedia = (query) => {
      // Only the frame asks this.
      if (query === "(max-width: 1099.98px)" && !("isMended" in window)) throw new Error("The frame breaks");
      return real(query);
    };
  });
  await page.goto(server.url);
  await expect(page.getByRole("heading", { name: "This page broke" })).toBeVisible();
  await expect(page).toHaveTitle("This page broke · Parley");
  await expect(page.getByRole("link", { name: "Start page" })).toHaveAttribute("href", "/");
  await look(page, "frame broken");
  await page.evaluate(() => Object.assign(window, { isMended: true }));
  await again(page).click();
  await expect(composer(page)).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Sessions" })).toBeVisible();
});

test("a part that came and then broke says that, and no more than the part is missing", async ({ page }) => {
  await page.goto(server.url);
  await composer(page).fill("A draft");
  await page.evaluate(() => {
    const real = HTMLElement.prototype.showPopover;
    HTMLElement.prototype.showPopover = () => {
      HTMLElement.prototype.showPopover = real;
      throw new Error("The part breaks");
    };
  });
  await page.locator("#main").focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("alert").getByText("This part of the page broke.")).toBeVisible();
  await expect(composer(page)).toHaveValue("A draft");
  await again(page).click();
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
});
