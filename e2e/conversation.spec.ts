import { expect, test } from "@playwright/test";
import { type RunningServer, startServer } from "../scripts/server.ts";

let server: RunningServer;

test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

test("a visitor asks, reads a streamed answer with a tool, and finds the session titled in the sidebar", async ({
  page,
}) => {
  await page.goto(server.url);
  await page.getByRole("textbox").fill("What is 12.5 * 8?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /calculator/ })).toBeVisible();
  await expect(page.getByRole("log").locator("strong", { hasText: "100" })).toBeVisible();
  await expect(page).toHaveURL(/\/s\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("navigation").getByRole("link", { name: /12\.5/ })).toBeVisible();
});
