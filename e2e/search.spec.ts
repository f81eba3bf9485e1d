import { expect, type Page, test } from "@playwright/test";
import { fillSession } from "../lib/testing/long-session.ts";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { look } from "./look.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

// Searching all sessions from the sidebar, and in the one that is open, with turns that are not loaded.

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let server: WatchedServer;
let long: string;

test.beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: `${postgres.url}/postgres` });
  long = await makeSession();
  await fillSession(`${postgres.url}/postgres`, long, 300);
  const other = await makeSession();
  await send("POST", `/api/v1/chat/${other}/messages/stream`, {
    index_ids: [],
    prompt: "Where does the queue of the lighthouse begin?",
  });
  const archived = await makeSession();
  await send("POST", `/api/v1/chat/${archived}/messages/stream`, { index_ids: [], prompt: "An archived heron" });
  await send("PATCH", `/api/v1/chat/${archived}`, { archived: true });
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await postgres.stop();
});

const send = (method: string, path: string, body: object) =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${server.key()}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  }).then((response) => response.text());
const makeSession = async (): Promise<string> => JSON.parse(await send("POST", "/api/v1/chat", {})).session_id;

const sidebar = (page: Page) => page.getByRole("complementary", { name: "Sessions" });
const field = (page: Page) => page.getByRole("combobox", { name: "Search all messages" });
const options = (page: Page) => sidebar(page).getByRole("option");
const turn = (page: Page, name: string) => page.getByRole("log").getByRole("article", { name, exact: true });

let state: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>> | null = null;
/** Opens the first page as the owner; the printed link is good once. */
async function signInOnce(page: Page): Promise<void> {
  if (state) {
    await page.context().addCookies(state.cookies);
    return void (await page.goto(server.url));
  }
  await signInAsOwner(page, server);
  state = await page.context().storageState();
}

const wide = { widths: process.env.SCREENSHOTS ? [820, 390, 1440] : [1440] };

test("what was said is found from everywhere, and opened where it stands", { tag: "@nightly" }, async ({ page }) => {
  await signInOnce(page);
  await page.keyboard.press("Control+Shift+F");
  await expect(field(page)).toBeFocused();
  await field(page).fill("queue light");
  await expect(options(page).first().locator("mark")).toHaveText(["queue", "light"]);
  await field(page).fill("question");
  await expect(sidebar(page).getByRole("status")).toContainText("First 200 hits");
  await field(page).fill('"question 12"');
  await expect(options(page)).toHaveCount(1);
  await look(page, "search-hits", wide);
  await field(page).press("Enter");
  await expect(page).toHaveURL(`${server.url}/s/${long}`);
  await expect(turn(page, "Question 12")).toBeInViewport();
  await expect(turn(page, "Question 12")).toBeFocused();
  await expect(turn(page, "Question 288")).toHaveCount(0);

  await page.keyboard.press("Control+Shift+F");
  await field(page).fill("heron");
  await expect(sidebar(page).getByRole("status")).toHaveText("Nothing for “heron”.");
  await look(page, "search-nothing", wide);
  await sidebar(page).getByRole("button", { name: "Search archived too" }).click();
  await expect(options(page)).not.toHaveCount(0);
  await field(page).press("ArrowDown");
  await field(page).press("Escape");
  await expect(field(page)).toHaveCount(0);
  await expect(turn(page, "Question 12")).toBeFocused();

  await page.route("**/api/app/search", (route) => route.abort());
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await field(page).fill("queue");
  await expect(sidebar(page).getByRole("alert")).toContainText("Search failed");
  await page.unroute("**/api/app/search");
  await sidebar(page).getByRole("button", { name: "Try again" }).click();
  await expect(options(page)).not.toHaveCount(0);

  await page.keyboard.press("Escape");
  await page.goto(`${server.url}/s/${long}`);
  await expect(turn(page, "Question 299")).toBeInViewport();
  await page.keyboard.press("Control+f");
  const find = page.getByRole("textbox", { name: "Find in this session" });
  await expect(find).toBeFocused();
  const bar = page.getByRole("search", { name: "In this session" });
  await find.fill("question 29");
  await expect(bar.getByRole("status")).toHaveText(/^\d+ of \d+$/u);
  await find.fill('"question 7"');
  await expect(bar.getByRole("status")).toHaveText("1 of 1");
  await expect(turn(page, "Question 7")).toBeInViewport();
  await expect(find).toBeFocused();
  await find.fill("two");
  await expect(bar.getByRole("status")).toHaveText(/ of 100$/u);
  const [first] = ((await bar.getByRole("status").textContent()) ?? "").split(" ");
  await find.press("Enter");
  await expect(bar.getByRole("status")).toHaveText(`${Number(first) + 1} of 100`);
  await find.press("Shift+Enter");
  await expect(bar.getByRole("status")).toHaveText(`${first} of 100`);
  await look(page, "find", wide);
  await find.press("Escape");
  await expect(bar).toHaveCount(0);

  // On a phone it stands in the sheet, which makes way for what is opened.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: /^Open the sidebar/u }).click();
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await field(page).fill('"question 12"');
  await expect(options(page)).toHaveCount(1);
  await look(page, "search-phone", { widths: [390] });
  await options(page).click();
  await expect(turn(page, "Question 12")).toBeInViewport();
  await expect(field(page)).toHaveCount(0);
});

test("16: a search offline says that it looks at titles alone, and goes on when one is back", {
  tag: "@nightly",
}, async ({ page, context }) => {
  await signInOnce(page);
  await expect(sidebar(page).getByRole("link").filter({ hasText: "lighthouse" })).toBeVisible();
  const code = page.waitForResponse((response) => response.url().endsWith(".js"));
  await page.mouse.move(300, 300);
  await code;
  await page.waitForLoadState("networkidle");
  await context.setOffline(true);
  await page.keyboard.press("Control+Shift+F");
  await field(page).fill("lighthouse");
  await expect(sidebar(page).getByRole("status")).toHaveText(
    "Offline: titles only. Messages are searched when you are back.",
  );
  await expect(options(page)).toHaveText(["Open the session"]);
  await field(page).fill("heron");
  await expect(sidebar(page).getByRole("status")).toContainText("No title with “heron”. Offline: titles only.");
  await field(page).fill("queue light");
  await context.setOffline(false);
  await expect(options(page).first().locator("mark")).toHaveText(["queue", "light"]);
});
