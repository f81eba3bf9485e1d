import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type ModelBox, startModelBox } from "../lib/testing/model-box.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

const KEY = "sk-box-0123456789abcdefWXYZ";

let server: WatchedServer;
let box: ModelBox;
test.beforeAll(async () => {
  box = await startModelBox(KEY);
  server = await startServer();
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await box.close();
});

test("with no key in the settings the owner adds a server of models, chooses a model and talks", async ({
  page,
  request,
}) => {
  await signInAsOwner(page, server);
  // There is nothing to choose yet.
  await expect(page.getByLabel("Model", { exact: true })).toHaveCount(0);
  await page.getByRole("link", { name: "add a provider" }).click();

  await test.step("what is wrong with a provider is told at its field, and nothing is saved", async () => {
    await page.getByRole("button", { name: "Add a provider" }).click();
    await expect(page.getByRole("combobox", { name: "Provider" })).toBeFocused();
    await page.getByLabel("Address").fill(box.url);
    await page.getByLabel("API key, if it asks for one").fill("sk-wrong-key-0123456789");
    await page.getByLabel("Name").fill("box");
    await expectNoAxeFault(page);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText(/refused the API key \(401\).*Nothing was saved/)).toBeVisible();
    await expect(page.getByLabel("API key, if it asks for one")).toBeFocused();
  });

  await test.step("it is saved once it has answered, and its key is shown no more", async () => {
    await page.getByLabel("API key, if it asks for one").fill(KEY);
    await page.keyboard.press("Enter");
    await expect(page.getByText("“box” answers. 2 models found.")).toBeVisible();
    await expect(page.getByRole("list", { name: "Model providers" })).toContainText("key ends in WXYZ");
    expect(await page.content()).not.toContain(KEY.slice(0, 12));
    await expectNoAxeFault(page);
  });

  await test.step("a model is chosen by keys where one writes, and answers", async () => {
    await page.goto(server.url);
    const choice = page.getByLabel("Model", { exact: true });
    await choice.focus();
    await choice.selectOption("box/llama");
    await page.getByLabel("Message").fill("hello");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the box answers as llama")).toBeVisible();
    await expect(page.locator(".foot-model")).toContainText("box/llama");
  });

  await test.step("the session keeps it, a new one begins with it, and another may be chosen in between", async () => {
    await page.waitForURL(/\/s\//u);
    await page.reload();
    const choice = page.getByLabel("Model", { exact: true });
    await expect(choice).toHaveValue("box/llama");
    await choice.selectOption("box/vendor/qwen");
    await page.getByLabel("Message").fill("and you?");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the box answers as vendor/qwen")).toBeVisible();
    await page.goto(server.url);
    await expect(choice).toHaveValue("box/vendor/qwen");
  });

  await test.step("once it is removed, the server's own model answers again", async () => {
    await page.goto(`${server.url}/account`);
    await page.getByRole("button", { name: "Remove box" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(page.getByText("“box” is removed, with its key.")).toBeVisible();
    await page.goto(server.url);
    await page.getByLabel("Message").fill("What is 2 + 2?");
    await page.keyboard.press("Enter");
    await expect(page.locator(".foot-model")).toContainText("demo");
  });

  await test.step("an answer that was cut by its length says so and goes on, also after a reload", async () => {
    const headers = { authorization: `Bearer ${server.key()}` };
    const made = await request.post(`${server.url}/api/app/agents`, {
      headers,
      data: { name: "Terse", max_tokens: 7 },
    });
    await page.goto(`${server.url}/?agent=${(await made.json()).id}`);
    await page.getByLabel("Message").fill("Write 100 words");
    await page.keyboard.press("Enter");
    await expect(page.getByText("The answer is as long as the model may make it.")).toBeVisible();
    await page.waitForURL(/\/s\//u);
    await page.reload();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText("Continue where you stopped.")).toBeVisible();
    await expect(page.locator(".turn")).toHaveCount(2);
  });
});

async function expectNoAxeFault(page: Page): Promise<void> {
  // A notice that comes or goes has less contrast than it is drawn with.
  const { violations } = await new AxeBuilder({ page }).exclude("[data-sonner-toaster]").analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
}
