import { expect, test } from "@playwright/test";
import { look } from "./look.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

test("an agent is made, refused a taken slug, tried, and deleted", { tag: "@nightly" }, async ({ page, request }) => {
  test.slow();
  await signInAsOwner(page, server);
  await page.getByRole("link", { name: "Agents", exact: true }).click();
  await expect(page.getByRole("link", { name: /Taxson/ })).toBeVisible();
  await look(page, "agents", { widths: [1280] });

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
  await look(page, "agents", { widths: [1280] });

  await page.getByRole("button", { name: "Add a tool" }).click();
  const tool = page.getByRole("form", { name: "New tool" });
  await tool.getByRole("button", { name: "Add the tool" }).click();
  await expect(tool.getByText("Give the tool a name")).toBeVisible();
  await tool.getByLabel("Tool name").fill("get weather");
  await tool.getByLabel("Parameters").fill("{");
  await tool.getByRole("button", { name: "Add the tool" }).click();
  await expect(tool.getByText("Enter a JSON object")).toBeVisible();
  await expect(tool.getByLabel("Parameters")).toBeFocused();
  await tool.getByLabel("Parameters").fill('{"type": "object", "properties": {"city": {"type": "string"}}}');
  await tool.getByLabel("Kind").selectOption("HTTP request, made by this server");
  await tool.getByLabel("URL").fill("weather.test");
  await tool.getByLabel("Tool name").press("Enter");
  await expect(tool.getByText("Input should be an identifier")).toBeVisible();
  await tool.getByLabel("Tool name").fill("get_weather");
  await tool.getByLabel("URL").fill("https://weather.test/now");
  await tool.getByLabel("Headers").fill("Accept: application/json");
  await look(page, "agents", { widths: [1280] });
  await tool.getByRole("button", { name: "Add the tool" }).click();
  await expect(page.getByText("HTTP request, made by this server")).toBeVisible();

  await page.getByRole("button", { name: "Change get_weather" }).click();
  const changed = page.getByRole("form", { name: "get_weather" });
  await expect(changed.getByLabel("Headers")).toHaveValue("Accept: application/json");
  await changed.getByLabel("Description").fill("The weather in a city");
  await changed.getByLabel("Anyone who talks to this bot may run it").check();
  await changed.getByRole("button", { name: "Save the tool" }).click();
  await expect(page.getByText("The weather in a city")).toBeVisible();
  await expect(page.getByText("Anyone who talks to this bot may run it.")).toBeVisible();
  const key = { authorization: `Bearer ${server.key()}` };
  const { items } = await (await request.get(`${server.url}/api/agents/${id}/tools`, { headers: key })).json();
  expect(items).toMatchObject([
    {
      name: "get_weather",
      description: "The weather in a city",
      api_call: {
        method: "GET",
        url: "https://weather.test/now",
        headers: { Accept: "application/json" },
        params_schema: { properties: { city: { type: "string" } } },
      },
    },
  ]);
  await page.getByRole("button", { name: "Take away get_weather" }).click();
  await page.getByRole("button", { name: "Take away", exact: true }).click();
  await expect(page.getByText("None yet.")).toBeVisible();

  await page.getByRole("link", { name: "Try it" }).click();
  await expect(page.getByText("Guide answers in this session.")).toBeVisible();
  await page.getByRole("textbox", { name: /message/i }).fill("Hello");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
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

test("more agents than a page holds are shown page by page", { tag: "@nightly" }, async ({ page, request }) => {
  // A guest may not have so many.
  const fresh = await startServer();
  await signInAsOwner(page, fresh);
  const headers = { "sec-fetch-site": "same-origin" };
  for (let n = 0; n < 55; n++) {
    const made = await page.request.post(`${fresh.url}/api/app/agents`, { headers, data: { name: `Agent ${n}` } });
    expect(made.status()).toBe(200);
  }
  await page.goto(`${fresh.url}/agents`);
  await expect(page.getByRole("link", { name: /Agent 54/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /Agent 0 / })).toHaveCount(0);
  await page.getByRole("button", { name: "Show more" }).click();
  // With the one that is there from the start.
  await expect(page.locator(".agent-row")).toHaveCount(56);
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
  const wrong = await request.get(`${fresh.url}/api/app/agents?offset=-1`, {
    headers: { authorization: `Bearer ${fresh.key()}` },
  });
  expect(wrong.status()).toBe(422);
  await fresh.kill("SIGTERM");
});

test("16: Back from an agent that is not saved asks first, and keeps what was typed", { tag: "@nightly" }, async ({
  page,
}) => {
  await page.goto(`${server.url}/agents`);
  await page.getByRole("link", { name: "New agent" }).click();
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("Half an agent");
  const asked: string[] = [];
  let leaves = false;
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    return leaves ? dialog.accept() : dialog.dismiss();
  });

  await page.evaluate(() => window.history.back());
  await expect.poll(() => asked).toEqual(["Leave without saving the agent?"]);
  await expect(page).toHaveURL(`${server.url}/agents/new`);
  await expect(name).toHaveValue("Half an agent");
  leaves = true;
  await page.evaluate(() => window.history.back());
  await expect(page).toHaveURL(`${server.url}/agents`);
  await expect(name).toHaveCount(0);
  expect(asked).toHaveLength(2);

  // Where nothing was changed nobody is asked.
  await page.getByRole("link", { name: "New agent" }).click();
  await expect(name).toHaveValue("");
  await page.evaluate(() => window.history.back());
  await expect(page).toHaveURL(`${server.url}/agents`);
  expect(asked).toHaveLength(2);
});
