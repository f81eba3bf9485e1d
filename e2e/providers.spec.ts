import { expect, type Page, test } from "@playwright/test";
import { type ModelBox, startModelBox } from "../lib/testing/model-box.ts";
import { expectNoAxeFault } from "./look.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

const KEY = "sk-box-0123456789abcdefWXYZ";

let server: WatchedServer;
let box: ModelBox;
test.beforeAll(async () => {
  box = await startModelBox(KEY, 300);
  server = await startServer();
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await box.close();
});

test("with no key in the settings the owner adds a server of models, chooses a model and talks", {
  tag: "@nightly",
}, async ({ page, request }) => {
  await signInAsOwner(page, server);
  // There is nothing to choose yet.
  await expect(modelButton(page)).toHaveCount(0);
  await page.getByRole("link", { name: "add a provider" }).click();

  await test.step("what is wrong with a provider is told at its field, and nothing is saved", async () => {
    await page.getByRole("button", { name: "Add a provider" }).click();
    await expect(page.getByRole("combobox", { name: "Provider" })).toBeFocused();
    await page.getByLabel("Address").fill(box.url);
    await page.getByLabel("API key, if it asks for one").fill("sk-wrong-key-0123456789");
    await page.getByLabel("Name").fill("box");
    await expectNoAxeFault(page, "providers");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText(/refused the API key \(401\).*Nothing was saved/)).toBeVisible();
    await expect(page.getByLabel("API key, if it asks for one")).toBeFocused();
  });

  await test.step("it is saved once it has answered, and its key is shown no more", async () => {
    await page.getByLabel("API key, if it asks for one").fill(KEY);
    await page.keyboard.press("Enter");
    await expect(page.getByText("“box” answers. 302 models found.")).toBeVisible();
    await expect(page.getByRole("list", { name: "Model providers" })).toContainText("key ends in WXYZ");
    expect(await page.content()).not.toContain(KEY.slice(0, 12));
    await expectNoAxeFault(page, "providers");
  });

  await test.step("a model is chosen by keys where one writes, and answers", async () => {
    await page.goto(server.url);
    await expect(modelButton(page)).toHaveAccessibleName("Model: demo");
    await page.getByLabel("Message").focus();
    await page.keyboard.press("ControlOrMeta+/");
    const field = page.getByRole("combobox", { name: "Find among models" });
    await expect(field).toBeFocused();
    await expect(page.getByText("203 more. Write to narrow them down.")).toBeVisible();
    await expectNoAxeFault(page, "providers");
    await page.keyboard.type("llama");
    const option = page.getByRole("option", { name: /^llama/u });
    await expect(option).toContainText("Llama of the box · 8k tokens · no images · tools · $0.20 in, $0.60 out");
    await page.keyboard.press("Enter");
    await expect(field).toBeHidden();
    await expect(page.getByLabel("Message")).toBeFocused();
    await expect(modelButton(page)).toHaveAccessibleName("Model: box/llama");
    await page.keyboard.type("hello");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the box answers as llama")).toBeVisible();
    await expect(page.locator(".foot-model")).toContainText("box/llama");
  });

  await test.step("16: by keys another model answers again, in a version of its own, and the choice stays", async () => {
    await page.getByRole("log").getByRole("article").focus();
    await page.keyboard.press("Shift+R");
    await expect(page.getByRole("combobox", { name: "Find among models" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("log").getByRole("article")).toBeFocused();
    await page.keyboard.press("Shift+R");
    await page.keyboard.type("qwen");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the box answers as vendor/qwen")).toBeVisible();
    await expect(page.locator(".foot-model")).toContainText("box/vendor/qwen");
    await expect(page.getByText("Version 2 of 2")).toHaveCount(1);
    await expect(modelButton(page)).toHaveAccessibleName("Model: box/llama");
    await page.keyboard.press("[");
    await expect(page.locator(".foot-model")).toContainText("box/llama");
    await expectNoAxeFault(page, "providers");
  });

  await test.step("the session keeps it, a new one begins with it, and another may be chosen in between", async () => {
    await page.waitForURL(/\/s\//u);
    await page.reload();
    await expect(modelButton(page)).toHaveAccessibleName("Model: box/llama");
    await modelButton(page).click();
    await page.getByRole("option", { name: /^vendor\/qwen/u }).click();
    await page.getByLabel("Message").fill("and you?");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the box answers as vendor/qwen")).toBeVisible();
    await page.goto(server.url);
    await expect(modelButton(page)).toHaveAccessibleName("Model: box/vendor/qwen");
  });

  await test.step("the list closes by Escape and by a press elsewhere, and nothing is chosen", async () => {
    await modelButton(page).click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("option")).toHaveCount(0);
    await modelButton(page).click();
    await page.getByRole("main").click({ position: { x: 4, y: 4 } });
    await expect(page.getByRole("option")).toHaveCount(0);
    await expect(modelButton(page)).toHaveAccessibleName("Model: box/vendor/qwen");
  });

  await test.step("an agent is chosen beside the model, answers, and is kept by the session", async () => {
    const headers = { authorization: `Bearer ${server.key()}` };
    const data = { name: "Clerk", about: "Files what it is told", model: "box/llama" };
    await request.post(`${server.url}/api/app/agents`, { headers, data });
    await page.goto(server.url);
    await expect(agentButton(page)).toHaveAccessibleName("Agent: Parley");
    await page.getByLabel("Message").focus();
    // The second press goes on to the agents.
    await page.keyboard.press("ControlOrMeta+/");
    await expect(page.getByRole("combobox", { name: "Find among models" })).toBeFocused();
    await page.keyboard.press("ControlOrMeta+/");
    await expect(page.getByRole("listbox", { name: "Agent" })).toBeFocused();
    await expectNoAxeFault(page, "providers");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(agentButton(page)).toHaveAccessibleName("Agent: Clerk");
    // It brings its own model.
    await expect(modelButton(page)).toHaveAccessibleName("Model: box/llama");
    await page.getByLabel("Message").fill("file this");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the box answers as llama")).toBeVisible();
    await page.waitForURL(/\/s\//u);
    await page.reload();
    await expect(agentButton(page)).toHaveAccessibleName("Agent: Clerk");
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

const modelButton = (page: Page) => page.getByRole("button", { name: /^Model: /u });
const agentButton = (page: Page) => page.getByRole("button", { name: /^Agent: /u });
