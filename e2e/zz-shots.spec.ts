import { expect, type Page, test } from "@playwright/test";
import { startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));
const composer = (page: Page) => page.getByRole("textbox", { name: "Message" });
const turns = (page: Page) => page.getByRole("log").getByRole("article");
for (const [w, scheme, touch] of [
  [1440, "light", false],
  [390, "dark", true],
  [820, "light", false],
  [390, "light", true],
  [1440, "dark", false],
] as const) {
  test(`shot ${w} ${scheme}`, async ({ browser }) => {
    const context = await browser.newContext({
      viewport: { width: w, height: 900 },
      colorScheme: scheme,
      hasTouch: touch,
      isMobile: touch,
    });
    const page = await context.newPage();
    await page.goto(server.url);
    for (const [n, q] of ["What is 2 * 3?", "What is 6 * 7?"].entries()) {
      await composer(page).fill(q);
      await page.getByRole("button", { name: /^Send/ }).click();
      await expect(turns(page)).toHaveCount(n + 1);
      await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
    }
    await turns(page).first().hover();
    await page.screenshot({ path: `/tmp/br-shots/${w}-${scheme}-0.png` });
    await turns(page).last().hover();
    await turns(page).last().getByRole("button", { name: "Edit the question" }).click();
    await page.getByRole("textbox", { name: "Edit the question" }).fill("What is 6 * 8, and why?");
    await page.screenshot({ path: `/tmp/br-shots/${w}-${scheme}-1.png` });
    await page.getByRole("button", { name: /^Send/ }).first().click();
    await expect(turns(page).last()).toContainText("Version 2 of 2");
    await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
    await expect(turns(page).last().getByRole("button", { name: "Previous version" })).toHaveAttribute(
      "aria-disabled",
      "false",
    );
    await page.mouse.move(5, 5);
    await page.screenshot({ path: `/tmp/br-shots/${w}-${scheme}-2.png` });
    await context.close();
  });
}
