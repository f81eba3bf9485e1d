import { expect, type Page, test } from "@playwright/test";
import { startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: /message/i });
const sheet = (page: Page) => page.getByRole("dialog", { name: "What the model saw" });
const part = (page: Page, name: string) => sheet(page).getByRole("button", { name: new RegExp(`^${name}`, "u") });

async function ask(page: Page, text: string): Promise<void> {
  const answers = page.getByRole("button", { name: "What the model saw" });
  const before = await answers.count();
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await expect(answers).toHaveCount(before + 1);
  await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
}

test("16: what the model saw in a turn is shown by parts, readable and raw, turn by turn", { tag: "@nightly" }, async ({
  page,
}) => {
  await page.goto(server.url);
  await ask(page, "What is 12.5 * 8?");
  await ask(page, "And doubled?");
  const button = page.getByRole("button", { name: "What the model saw" }).last();
  await button.click();

  await expect(sheet(page).getByText("by the provider's count")).toBeVisible();
  await part(page, "Question").click();
  await expect(sheet(page).getByRole("listitem").filter({ hasText: "And doubled?" })).toBeVisible();
  await page.keyboard.press("ArrowUp");
  await expect(part(page, "Messages")).toHaveAttribute("aria-pressed", "true");
  await expect(sheet(page).getByRole("listitem").filter({ hasText: "What is 12.5 * 8?" })).toBeVisible();
  await sheet(page).getByRole("button", { name: "Raw JSON" }).click();
  await expect(sheet(page).getByText('{"role":"user"').first()).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(sheet(page).getByText("1 of 2")).toBeVisible();
  await expect(part(page, "Question")).toBeVisible();
  await expect(part(page, "Messages")).toHaveCount(0);

  await page.keyboard.press("Escape");
  await expect(sheet(page)).toHaveCount(0);
  await expect(button).toBeFocused();
  await page.keyboard.press("x");
  await expect(sheet(page)).toBeVisible();
});
