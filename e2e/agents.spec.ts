import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type RunningServer, startServer } from "../scripts/server.ts";

let server: RunningServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

async function accessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  }
}

test("an agent is made, refused a taken slug, tried, and deleted", async ({ page, request }) => {
  test.slow();
  await page.goto(/Sign in as its owner, once: (\S+)/.exec(server.output())?.[1] ?? "");
  await page.getByRole("link", { name: "Agents", exact: true }).click();
  await expect(page.getByRole("link", { name: /Taxson/ })).toBeVisible();
  await accessible(page);

  await page.getByRole("link", { name: "New agent" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Guide");
  await page.getByLabel("Instructions").fill("You show people around Oslo.");
  await page.getByLabel("Slug").fill("taxson");
  await page.getByRole("button", { name: "Make the agent" }).click();
  await expect(page.getByText("Another agent has this slug")).toBeVisible();
  await expect(page.getByLabel("Slug")).toBeFocused();
  await page.getByLabel("Slug").fill("guide");
  await page.getByLabel("Temperature").fill("warm");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Enter a number, or leave it empty")).toBeVisible();
  await page.getByLabel("Temperature").fill("0.3");
  await page.keyboard.press("Control+s");
  await expect(page).toHaveURL(/\/agents\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").at(-1) ?? "";
  await expect(page.getByText(`/assistants/${id}`)).toBeVisible();
  await accessible(page);

  await page.getByRole("link", { name: "Try it" }).click();
  await expect(page.getByText("Guide answers in this session.")).toBeVisible();
  await page.getByRole("textbox", { name: /message/i }).fill("Hello");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1, { timeout: 30_000 });
  const headers = { authorization: `Bearer ${server.key()}` };
  const session = await request.get(`${server.url}/api/v1/chat/${page.url().split("/").at(-1)}?details=1`, { headers });
  expect((await session.json()).agent.id).toBe(id);

  await page.goto(`${server.url}/agents/${id}`);
  await page.getByRole("button", { name: "Delete this agent" }).click();
  await expect(page.getByRole("button", { name: "Keep it" })).toBeFocused();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page).toHaveURL(/\/agents$/);
  await expect(page.getByRole("link", { name: /Guide/ })).toHaveCount(0);
});
