import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { expectNoAxeFault } from "./look.ts";
import { ownerHeaders, startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
let agent: string;
let asker: string;
let headers: Record<string, string>;

test.beforeAll(async () => {
  server = await startServer();
  headers = await ownerHeaders(server);
  const send = async (path: string, body: object) =>
    (await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
  agent = (await send("/api/app/agents", { name: "Guide" })).id;
  const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
  await send(`/api/app/agents/${agent}/tools`, { name: "window_view", type: "function", function: { parameters } });
  asker = (await send("/api/app/agents", { name: "Asker" })).id;
  const properties = { sky: { enum: ["grey", "blue"] }, degrees: { type: "integer" }, rains: { type: "boolean" } };
  const returns = { type: "object", properties, required: ["sky", "degrees"] };
  const look = { name: "sky_view", type: "function", function: { parameters, returns } };
  await send(`/api/app/agents/${asker}/tools`, look);
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
const articles = (page: Page) => page.getByRole("log").getByRole("article");
const waiting = (page: Page) => page.getByRole("list", { name: "Waiting to be sent" }).locator("> li");
const isReady = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);

async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
}

async function signIn(context: BrowserContext): Promise<void> {
  const cookies = (headers.cookie ?? "").split("; ").map((line) => line.split("="));
  await context.addCookies(cookies.map(([name = "", ...value]) => ({ name, value: value.join("="), url: server.url })));
}

test("16: a function that says what it gives is a form of its values, and each field says what is wrong", {
  tag: "@nightly",
}, async ({ page, context }) => {
  await signIn(context);
  await page.goto(`${server.url}/?agent=${asker}`);
  await ask(page, "Look at the sky view for Bonn");
  const form = page.getByRole("group", { name: /What does sky_view give/ });
  const degrees = form.getByLabel("degrees");
  await degrees.fill("warm");
  await degrees.press("Control+Enter");
  await expect(form.getByLabel("sky")).toBeFocused();
  await expect(form.getByText("This is needed")).toBeVisible();
  await expect(form.getByText("Enter a number, such as 42 or 0.5")).toBeVisible();
  await expectNoAxeFault(page, "waiting");
  await page.reload();
  await expect(degrees).toHaveValue("warm");
  await form.getByLabel("sky").selectOption("blue");
  await degrees.fill("12");
  await degrees.press("Control+Enter");
  await expect(articles(page).last()).toContainText('{"sky":"blue","degrees":12,"rains":false}');
});

test("16: a call that nobody runs is a form; its answer goes on with the turn", { tag: "@nightly" }, async ({
  page,
  context,
}) => {
  await signIn(context);
  await page.goto(`${server.url}/?agent=${agent}`);
  await ask(page, "Look at the window view for Bonn");
  const form = page.getByRole("textbox", { name: /What does window_view give/ });
  await expect(form).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Waiting for you: window_view" })).toHaveCount(1);
  await expectNoAxeFault(page, "waiting");
  await page.reload();
  // Keys count from when the page has its script.
  await expect(async () => {
    await page.keyboard.press("Control+j");
    await expect(form).toBeFocused({ timeout: 1000 });
  }).toPass();
  await form.fill('{"sky": "grey"}');
  await form.press("Control+Enter");
  await expect(articles(page).last()).toContainText('{"sky":"grey"}');
  await expect(articles(page)).toHaveCount(1);
  await page.reload();
  await expect(articles(page)).toHaveCount(1);
  await expect(form).toHaveCount(0);
});

test("16: messages queue while an answer runs, survive a reload, and each is sent once and in its order", {
  tag: "@nightly",
}, async ({ page }) => {
  await page.goto(server.url);
  await ask(page, "Write 900 words");
  await expect(articles(page).last()).toContainText("(6)");
  await ask(page, "What is 2 * 3?");
  await ask(page, "What is 4 * 5?");
  await ask(page, "Never sent");
  await expect(waiting(page)).toHaveCount(3);
  await expect(waiting(page).first()).toContainText("Waits for the answer");
  await expectNoAxeFault(page, "waiting");
  await page.reload();
  await expect(waiting(page)).toHaveCount(3);
  await waiting(page).last().getByRole("button", { name: "Take back" }).click();
  await expect(composer(page)).toHaveValue("Never sent");
  await waiting(page).nth(1).getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Message that waits" }).fill("What is 7 * 8?");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("textbox", { name: "Message that waits" })).toHaveCount(0);
  await page.getByRole("button", { name: /^Stop/ }).click();
  await expect(articles(page).nth(2)).toContainText("56");
  await expect(articles(page).nth(1)).toContainText("6");
  await expect(articles(page).first()).toContainText(/Stopped after about \d+ tokens/);
  await expect(waiting(page)).toHaveCount(0);
  await isReady(page);
  await page.reload();
  await expect(articles(page)).toHaveCount(3);
});

test("16: what is written offline waits for the connection and is sent once", { tag: "@nightly" }, async ({
  page,
  context,
}) => {
  await page.goto(server.url);
  await ask(page, "Hello");
  await isReady(page);
  const notes = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Of a walk") };
  await page.getByLabel("Files to attach").setInputFiles([notes]);
  await expect(page.getByText("1 of 10 files, 25 MB each")).toBeVisible();
  await context.setOffline(true);
  await ask(page, "What is 3 * 3?");
  await expect(waiting(page)).toContainText("Waits for the connection");
  // What is taken back brings its file with it.
  await expect(waiting(page)).toContainText("notes.txt");
  await page.getByRole("button", { name: "Take back" }).click();
  await expect(page.getByRole("button", { name: "Remove notes.txt" })).toBeVisible();
  await composer(page).press("Enter");
  await expect(page.getByText("1 message waits and is sent once when you are back.")).toBeVisible();
  await context.setOffline(false);
  await expect(articles(page).nth(1)).toContainText("9");
  await expect(articles(page).nth(1).getByRole("link", { name: "notes.txt" })).toBeVisible();
  await expect(waiting(page)).toHaveCount(0);
  await page.reload();
  await expect(articles(page)).toHaveCount(2);
});

test("lesson 15: a lost sign-in is said with a link that comes back here, and nothing is written for somebody else", {
  tag: "@nightly",
}, async ({ page, context }) => {
  await page.goto(server.url);
  await ask(page, "Hello");
  await isReady(page);
  await context.clearCookies();
  await ask(page, "Are you there?");
  await expect(page.getByText("You are signed out.")).toBeVisible();
  const link = page.getByRole("alert").getByRole("link", { name: "Sign in" });
  await expect(link).toHaveAttribute("href", `/sign-in?from=${encodeURIComponent(new URL(page.url()).pathname)}`);
  await expect(page.getByText("Session not found")).toHaveCount(0);
  expect(await context.cookies()).not.toContainEqual(expect.objectContaining({ name: /session-token/ }));
});
