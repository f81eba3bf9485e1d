import { expect, test } from "@playwright/test";
import { look } from "./look.ts";
import { faultsOf, startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

test("the reference reads, tries a request, and loads nothing from elsewhere", { tag: "@nightly" }, async ({
  page,
}) => {
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

test("the reference has no fault that axe can find", { tag: "@nightly" }, async ({ page }) => {
  await page.goto(`${server.url}/docs`);
  await expect(page.getByRole("heading", { name: "LlamaCloud chat" })).toBeVisible();
  await look(page, "reference", { widths: [1280] });
});

test("each answer is recorded, and one that is not as the reference says is a fault", async () => {
  const headers = { authorization: `Bearer ${server.key()}`, "content-type": "application/json" };
  const asked = { method: "POST", headers, body: JSON.stringify({ bot_slug: "taxson", prompt: "hi", stream: true }) };
  await (await fetch(`${server.url}/v1/chat`, asked)).text();
  await (await fetch(`${server.url}/v1/bots`, { headers })).json();
  const last = (url: string) => server.answers().findLast((answer) => answer.url === url);
  await expect.poll(() => Boolean(last("/v1/chat") && last("/v1/bots"))).toBe(true);
  const [stream, list] = [last("/v1/chat"), last("/v1/bots")];
  if (!stream || !list) throw new Error("They were there a moment ago");
  expect(await faultsOf([stream, list])).toEqual([]);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const wrong = [
    { ...list, status: 418 },
    { ...list, encoding: "", body: base64(JSON.stringify({ items: [{ uid: 7 }] })) },
    { ...list, type: "text/html" },
    { ...stream, body: base64('data: {"no": "chunk"}\n\n') },
  ];
  for (const answer of wrong) expect(await faultsOf([answer])).toHaveLength(1);
});
