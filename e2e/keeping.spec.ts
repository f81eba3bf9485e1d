import { type BrowserContext, expect, type Page, type Route, test } from "@playwright/test";
import { listedModel } from "../lib/testing/listed-model.ts";
import { expectNoAxeFault } from "./look.ts";
import { startServer, type WatchedServer } from "./server.ts";

// What a person has written is lost by no press and no way off the page, and the focus is where they go on.

let server: WatchedServer;

test.beforeAll(async () => {
  server = await startServer({ SIGN_UP: "on" });
});
test.afterAll(() => server.kill("SIGTERM"));

const SITE = { "sec-fetch-site": "same-origin" };
const TURN = "**/api/v1/chat/*/messages/stream*";

const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
const rows = (page: Page) => page.locator(".sidebar .session-link");
const isReady = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);

async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
}

/** A session in which a question was asked, and its address. */
async function sessionOf(page: Page, question: string): Promise<string> {
  await page.goto(server.url);
  await ask(page, question);
  await isReady(page);
  return page.url();
}

/** What `path` gives to somebody who has just made an account in this browser. */
async function join(
  context: BrowserContext,
): Promise<(path: string, data: object) => Promise<{ id: string; key: string }>> {
  const send = async (path: string, data: object) => {
    const response = await context.request.post(server.url + path, { headers: SITE, data });
    expect(response.ok(), `${path}: ${response.status()}`).toBe(true);
    return response.json();
  };
  const name = `${Date.now()}-${Math.random()}`;
  await send("/api/app/account", { email: `${name}@example.org`, password: "a long password" });
  return send;
}

/** Two frames, in which whatever would take the focus has done so. */
const settle = (page: Page) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

/** Refuses the next turn that is asked for, as a server does. */
async function refuseNext(page: Page): Promise<void> {
  const refuse = (route: Route) => route.fulfill({ status: 402, json: { detail: "Too dear." } });
  await page.route(TURN, (route) => (route.request().method() === "POST" ? refuse(route) : route.fallback()), {
    times: 1,
  });
}

test("16: in the sidebar the focus goes on: after renaming where the person pressed, after P with the row, after ⌫ to the next", {
  tag: "@nightly",
}, async ({ page }) => {
  for (const question of ["One", "Two", "Three"]) await sessionOf(page, `What is ${question}?`);
  await expect(rows(page)).toHaveCount(3);
  const first = rows(page).first();
  await first.focus();
  await page.keyboard.press("F2");
  await page.getByLabel("Title").fill("Renamed");
  await composer(page).click();
  await settle(page);
  await expect(composer(page)).toBeFocused();
  await expect(rows(page).filter({ hasText: "Renamed" })).toBeVisible();

  await rows(page).last().focus();
  const href = await rows(page).last().getAttribute("href");
  await page.keyboard.press("p");
  await settle(page);
  await expect(rows(page).first()).toHaveAttribute("href", href ?? "");
  await expect(rows(page).first()).toBeFocused();

  await rows(page).last().focus();
  await page.keyboard.press("Backspace");
  await settle(page);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).last()).toBeFocused();

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  const title = page.getByLabel("Title");
  await title.fill("Again");
  await title.press("Enter");
  await settle(page);
  await expect(page.getByRole("button", { name: "More", exact: true })).toBeFocused();
});

test("16: the sheet of the sidebar gives the focus back, and a new session has no title of the one before", {
  tag: "@nightly",
}, async ({ page }) => {
  await sessionOf(page, "Hello");
  await expect(page).toHaveTitle(/Hello|.+ · Parley/u);
  await page.keyboard.press("ControlOrMeta+Shift+o");
  await expect(page.getByRole("heading", { name: "What shall we talk about?" })).toBeVisible();
  await expect(page).toHaveTitle("Parley");
  await page.setViewportSize({ width: 390, height: 800 });
  const toggle = page.locator("main").getByRole("button", { name: /^Open the sidebar/u });
  await toggle.click();
  await expect(page.locator(".sidebar[data-open]")).toBeVisible();
  await page.keyboard.press("Escape");
  await settle(page);
  await expect(toggle).toBeFocused();
});

test("16: what was refused is sent again as it stands by then, with what was written since", {
  tag: "@nightly",
}, async ({ page }) => {
  await sessionOf(page, "Hello");
  await refuseNext(page);
  await ask(page, "What is 2 * 3?");
  await expect(page.getByText("Not sent. Too dear. Your text is kept.")).toBeVisible();
  await composer(page).fill("What is 2 * 30?");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("log").getByRole("article").last()).toContainText("60");
  await expect(composer(page)).toHaveValue("");
});

test("16: a question that the server has taken though nobody heard it is not there to be sent again", {
  tag: "@nightly",
}, async ({ page }) => {
  await sessionOf(page, "Hello");
  let heard = 0;
  await page.route(TURN, async (route) => {
    if (route.request().method() !== "POST" || heard >= 4) return route.fallback();
    // The first reaches the server, and nothing comes back of any.
    if (heard++ === 0) await route.fetch();
    await route.abort();
  });
  await ask(page, "What is 6 * 7?");
  await expect(page.getByRole("log").getByRole("article").last()).toContainText("42");
  await expect(composer(page)).toHaveValue("");
  await expect(page.getByText(/^Not sent/u)).toHaveCount(0);
  expect(heard).toBe(4);
});

test("16: a question whose page is left before the server has it is not there again, and files of another draft stay", {
  tag: "@nightly",
}, async ({ page }) => {
  const other = await sessionOf(page, "Other");
  const own = await sessionOf(page, "Own");
  await page.getByRole("link", { name: "New session", exact: true }).click();
  await page
    .getByLabel("Files to attach")
    .setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Of a walk") }]);
  await expect(page.getByText("1 of 10 files, 25 MB each")).toBeVisible();

  const way = Promise.withResolvers<void>();
  await page.route(TURN, async (route) => {
    if (route.request().method() === "POST") await way.promise;
    await route.fallback();
  });
  const models = page.waitForResponse("**/api/app/models");
  await page.locator(`.session-link[href="${new URL(own).pathname}"]`).click();
  await expect(page).toHaveURL(own);
  await models;
  await settle(page);
  await ask(page, "What is 5 * 5?");
  await page.locator(`.session-link[href="${new URL(other).pathname}"]`).click();
  await expect(page).toHaveURL(other);
  const taken = page.waitForResponse((response) => response.url().includes("/messages/stream") && response.ok());
  way.resolve();
  await taken;
  await page.locator(`.session-link[href="${new URL(own).pathname}"]`).click();
  await expect(page.getByRole("log").getByRole("article").last()).toContainText("25");
  await expect(composer(page)).toHaveValue("");
  await page.getByRole("link", { name: "New session", exact: true }).click();
  await expect(page.getByRole("button", { name: "Remove notes.txt" })).toBeVisible();
});

test("16: the answer to a call that the server refuses is in its form again", { tag: "@nightly" }, async ({
  page,
  context,
}) => {
  const send = await join(context);
  const { id } = await send("/api/app/agents", { name: "Guide" });
  const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
  await send(`/api/app/agents/${id}/tools`, { name: "window_view", type: "function", function: { parameters } });
  await page.goto(`${server.url}/?agent=${id}`);
  await ask(page, "Look at the window view for Bonn");
  const form = page.getByRole("textbox", { name: /What does window_view give/ });
  await form.fill("Grey, with rain");
  await refuseNext(page);
  await form.press("Control+Enter");
  await expect(page.getByText("Not sent. Too dear. Your text is kept.")).toBeVisible();
  await expect(form).toHaveValue("Grey, with rain");
  await form.press("Control+Enter");
  await expect(page.getByRole("log").getByRole("article").last()).toContainText("Grey, with rain");
  await expect(form).toHaveCount(0);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(":call")))).toEqual([]);
});

test("16: a question that is asked before the models are known goes to the one that was chosen", {
  tag: "@nightly",
}, async ({ page, context }) => {
  await join(context);
  const known = Promise.withResolvers<void>();
  await page.route("**/api/app/models", async (route) => {
    await known.promise;
    await route.fulfill({
      json: { default: "demo", items: [listedModel("demo"), listedModel("other")], unlisted: [] },
    });
  });
  await page.addInitScript(() => localStorage.setItem("parley:model", "other"));
  await page.goto(server.url);
  const asked = page.waitForRequest(
    (request) => request.method() === "POST" && /messages\/stream/u.test(request.url()),
  );
  await ask(page, "Hello");
  await settle(page);
  known.resolve();
  expect((await asked).postDataJSON()).toMatchObject({ prompt: "Hello", model: "other" });
});

test("16: a session that was deleted is gone, also where its person signs out before the time to undo is over", {
  tag: "@nightly",
}, async ({ page, context }) => {
  const send = await join(context);
  const { key } = await send("/api/app/keys", { name: "k" });
  const id = (await sessionOf(page, "A secret")).split("/").at(-1);
  const read = () => fetch(`${server.url}/api/v1/chat/${id}`, { headers: { authorization: `Bearer ${key}` } });
  expect((await read()).status).toBe(200);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("heading", { name: "What shall we talk about?" })).toBeVisible();
  await composer(page).fill("Half a secret");
  await page.locator(".viewer-account").click();
  await page.getByRole("button", { name: "Sign out of this browser" }).click();
  await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
  expect((await read()).status).toBe(404);
  const kept = await page.evaluate(() => Object.keys(localStorage).filter((one) => one.startsWith("parley:draft")));
  expect(kept).toEqual([]);
});

test("16: Undo works for as long as its notice stands, also where somebody stays on it", { tag: "@nightly" }, async ({
  page,
}) => {
  await page.clock.install();
  await sessionOf(page, "Hello");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.hover();
  await settle(page);
  await page.clock.fastForward(15_000);
  await settle(page);
  await undo.click();
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
});

test("16: a key is made once, and a revoked one does not come back with its page; what asks gives the focus back", {
  tag: "@nightly",
}, async ({ page, context }) => {
  await join(context);
  await page.goto(`${server.url}/account`);
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name").fill("Night jobs");
  await page.getByRole("button", { name: "Make the key" }).dblclick();
  await expect(page.getByText("It is not shown again.")).toBeVisible();
  await settle(page);
  const row = page.getByRole("row", { name: /Night jobs/ });
  await expect(row).toHaveCount(1);
  await page.reload();
  await expect(row).toHaveCount(1);
  const revoke = page.getByRole("button", { name: "Revoke Night jobs" });
  // Buttons count from when the page has its script.
  await expect(async () => {
    await revoke.click({ timeout: 1000 });
    await expect(page.getByRole("button", { name: "Keep it" })).toBeFocused({ timeout: 1000 });
  }).toPass();
  await page.keyboard.press("Enter");
  await settle(page);
  await expect(revoke).toBeFocused();
  await revoke.click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole("link", { name: "New session", exact: true }).click();
  await expect(page.getByRole("heading", { name: "What shall we talk about?" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "API keys" })).toBeVisible();
  await expect(row).toHaveCount(0);
});

test("17: an index that was made is in the list one goes back to, and of two quick choices both are kept", {
  tag: "@nightly",
}, async ({ page, context }) => {
  const send = await join(context);
  const agent = (await send("/api/app/agents", { name: "Guide" })).id;
  await send("/api/app/indexes", { name: "Maps" });
  await page.goto(`${server.url}/indexes`);
  await expect(async () => {
    await page.getByRole("button", { name: "New index" }).click();
    await expect(page.getByLabel("Name", { exact: true })).toBeFocused({ timeout: 1000 });
  }).toPass();
  await page.getByLabel("Name", { exact: true }).fill("Menus");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Menus" })).toBeVisible();
  await page
    .getByLabel("Documents to add")
    .setInputFiles([{ name: "soups.md", mimeType: "text/markdown", buffer: Buffer.from("# Soups\n\nOf the day") }]);
  await expect(page.getByText("1 document", { exact: false }).first()).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("link", { name: /Menus.*1 document/ })).toBeVisible();
  await page.goForward();
  await expect(page.getByText("soups.md")).toBeVisible();

  const way = Promise.withResolvers<void>();
  await page.route(`**/api/app/agents/${agent}/indexes`, async (route) => {
    if (route.request().method() === "PUT") await way.promise;
    await route.fallback();
  });
  await page.goto(`${server.url}/agents/${agent}`);
  await page.getByLabel("Maps").click();
  await page.getByLabel("Menus").click();
  const saved = page.waitForResponse(
    (response) =>
      response.request().method() === "PUT" && (response.request().postDataJSON().index_ids ?? []).length === 2,
    { timeout: 20_000 },
  );
  way.resolve();
  await saved;
  await page.reload();
  await expect(page.getByLabel("Maps")).toBeChecked();
  await expect(page.getByLabel("Menus")).toBeChecked();
});

test("16: a tool that is written and not saved is left by no other press without a question", {
  tag: "@nightly",
}, async ({ page, context }) => {
  const send = await join(context);
  const agent = (await send("/api/app/agents", { name: "Guide" })).id;
  await send(`/api/app/agents/${agent}/tools`, {
    name: "look",
    type: "function",
    function: { parameters: { type: "object" } },
  });
  await page.goto(`${server.url}/agents/${agent}`);
  const name = page.getByLabel("Tool name");
  await expect(async () => {
    await page.getByRole("button", { name: "Add a tool" }).click({ timeout: 1000 });
    await expect(name).toBeFocused({ timeout: 1000 });
  }).toPass();
  await name.fill("weather");
  const questions: string[] = [];
  page.on("dialog", async (dialog) => {
    questions.push(dialog.message());
    await dialog.dismiss();
  });
  await page.getByRole("button", { name: "Change look" }).click();
  await page.getByRole("link", { name: "New session", exact: true }).click();
  await page.keyboard.press("ControlOrMeta+Shift+o");
  await settle(page);
  expect(questions).toEqual(Array.from({ length: 3 }, () => "Leave without saving the tool?"));
  await expect(name).toHaveValue("weather");
  await page.getByRole("button", { name: "Cancel" }).click();
  await settle(page);
  await expect(page.getByRole("button", { name: "Add a tool" })).toBeFocused();
});

test("16: ? shows all keys, outside of a field, and Escape gives the focus back", { tag: "@nightly" }, async ({
  page,
}) => {
  await sessionOf(page, "Hello");
  await page.keyboard.press("?");
  await expect(composer(page)).toHaveValue("?");
  const turn = page.getByRole("log").getByRole("article").last();
  await turn.focus();
  const sheet = page.getByRole("dialog", { name: "Keys" });
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await page.keyboard.press("?");
    await expect(sheet.getByText("What the model saw")).toBeVisible();
    expect(await sheet.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    await expectNoAxeFault(page, `keys, ${width} px`);
    await page.keyboard.press("Escape");
    await expect(sheet).toHaveCount(0);
    await expect(turn).toBeFocused();
  }
});
