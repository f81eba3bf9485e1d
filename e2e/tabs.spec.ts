import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: /message/i });
const sidebar = (page: Page) => page.getByRole("navigation", { name: "Sessions" });
const row = (page: Page, title: string) => sidebar(page).getByRole("link", { name: title });
const isReady = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);

/** Two tabs of one guest; the first is in a session that has the title. */
async function twoTabs(context: BrowserContext, title: string): Promise<readonly [Page, Page]> {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await one.goto(server.url);
  await composer(one).fill("Hello");
  await composer(one).press("Enter");
  await isReady(one);
  await change(one, { generated_title: title });
  await two.goto(one.url());
  await expect(row(two, title)).toBeVisible();
  return [one, two];
}

/** Changes the open session through the API, as another client of the person would. */
const change = (page: Page, patch: object) =>
  page.evaluate(async (body) => {
    const id = window.location.pathname.split("/").at(-1);
    const headers = { "content-type": "application/json" };
    await fetch(`/api/v1/chat/${id}`, { method: "PATCH", headers, body: JSON.stringify(body) });
  }, patch);

async function choose(page: Page, title: string, entry: string): Promise<void> {
  await row(page, title).hover();
  await sidebar(page)
    .getByRole("button", { name: `Actions for ${title}` })
    .click();
  await page.getByRole("menuitem", { name: entry }).click();
}

test("C19: what one tab does to a session is seen in the other", { tag: "@nightly" }, async ({ context }) => {
  const [one, two] = await twoTabs(context, "First name");

  await choose(one, "First name", "Rename");
  await sidebar(one).getByRole("textbox", { name: "Title" }).fill("Second name");
  await sidebar(one).getByRole("textbox", { name: "Title" }).press("Enter");
  await expect(row(two, "Second name")).toBeVisible();
  await expect(two.getByRole("heading", { level: 1, name: "Second name" })).toBeVisible();
  await expect(two).toHaveTitle("Second name · Parley");

  await choose(one, "Second name", "Pin");
  await expect(sidebar(two).getByRole("heading", { name: "Pinned" })).toBeVisible();

  await change(one, { archived: true });
  await expect(row(two, "Second name")).toHaveCount(0);
  await change(one, { archived: false, pinned: false });
  await expect(row(two, "Second name")).toBeVisible();
  await expect(sidebar(two).getByRole("heading", { name: "Pinned" })).toHaveCount(0);
});

test("C19: a session that is deleted in one tab says so in the other, where its text can be copied", {
  tag: "@nightly",
}, async ({ context }) => {
  const [one, two] = await twoTabs(context, "To be deleted");
  await composer(two).fill("What I was about to ask");
  await choose(one, "To be deleted", "Delete");
  // The time to undo is over.
  await expect(row(two, "To be deleted")).toHaveCount(0);
  const notice = two.getByRole("alert").filter({ hasText: "This session was deleted" });
  await expect(notice).toBeVisible();
  await expect(composer(two)).toHaveValue("What I was about to ask");
  await composer(two).press("Enter");
  await expect(composer(two)).toHaveValue("What I was about to ask");
  await notice.getByRole("link", { name: "New session" }).click();
  await expect(two).toHaveURL(`${server.url}/`);
  await expect(notice).toHaveCount(0);
});

test("C19: a session made in one tab is listed in the other, with the turn that runs in it", {
  tag: "@nightly",
}, async ({ context }) => {
  const [one, two] = await twoTabs(context, "Old one");
  await one.goto(server.url);
  await composer(one).fill("Write 800 words about lists");
  await composer(one).press("Enter");
  await expect(sidebar(two).getByRole("link", { name: /working/ })).toHaveCount(1);
  await one.getByRole("button", { name: /^Stop/ }).click();
  await expect(sidebar(two).getByRole("link", { name: /working/ })).toHaveCount(0);
});

test("C19: a tab that cannot know what changed reads its list anew", { tag: "@nightly" }, async ({ context }) => {
  const [one, two] = await twoTabs(context, "Before");
  let isFirst = true;
  await two.route("**/api/app/changes*", async (route) => {
    const url = new URL(route.request().url());
    if (isFirst) url.searchParams.set("since", "of another database");
    isFirst = false;
    await route.continue({ url: url.href });
  });
  await change(one, { generated_title: "After" });
  await expect(row(two, "After")).toBeVisible();
  await expect(two.getByRole("heading", { level: 1, name: "After" })).toBeVisible();
});
