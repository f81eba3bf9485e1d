import { expect, test } from "@playwright/test";
import { type RunningServer, startServer } from "../scripts/server.ts";

let server: RunningServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

test("the reference reads, tries a request, and loads nothing from elsewhere", async ({ page }) => {
  const elsewhere: string[] = [];
  const faults: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !/^(?:data|blob):/u.test(request.url())) elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(`${server.url}/docs`);
  await expect(page.getByRole("heading", { name: "LlamaCloud chat" })).toBeVisible();
  await page
    .getByRole("link", { name: "Bot chat" })
    .or(page.getByRole("button", { name: "Bot chat" }))
    .first()
    .click();
  await expect(page.getByText("/v1/chat", { exact: false }).first()).toBeVisible();

  await page.getByLabel("Token", { exact: false }).or(page.getByPlaceholder("Token")).first().fill(server.key());
  await page.getByText("List bots").first().click();
  const operation = page
    .getByRole("region", { name: "List bots" })
    .or(page.locator("section", { hasText: "List bots" }));
  await operation
    .getByRole("button", { name: /Test Request/u })
    .last()
    .click();
  const answer = page.waitForResponse(`${server.url}/v1/bots*`);
  await page.getByRole("button", { name: /^Send/u }).first().click();
  expect((await (await answer).json()).items[0].slug).toBe("taxson");

  expect(elsewhere).toEqual([]);
  expect(faults).toEqual([]);
});
