import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { look as lookAt } from "./look.ts";
import { ownerHeaders, startServer, type WatchedServer } from "./server.ts";
import { NOTHING, watchContext } from "./watch-page.ts";

// Every view in each of its states, light and dark, wide and narrow. With SCREENSHOTS a picture of each is left there.

let server: WatchedServer;
let headers: Record<string, string>;
let agent: string;

test.beforeAll(async () => {
  server = await startServer();
  headers = await ownerHeaders(server);
  const send = async (path: string, body: object) =>
    (await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
  agent = (await send("/api/app/agents", { name: "Guide", instructions: "You know the way." })).id;
  const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
  const properties = { sky: { enum: ["grey", "blue"] }, degrees: { type: "integer" }, rains: { type: "boolean" } };
  const spec = { parameters, returns: { type: "object", properties, required: ["sky", "degrees"] } };
  await send(`/api/app/agents/${agent}/tools`, { name: "window_view", type: "function", function: spec });
});
test.afterAll(() => server.kill("SIGTERM"));

const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
const articles = (page: Page) => page.getByRole("log").getByRole("article");
const isSaid = (page: Page, text: string) => expect(page.getByRole("status").filter({ hasText: text })).toHaveCount(1);

async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  await composer(page).press("Enter");
}

async function signIn(context: BrowserContext): Promise<void> {
  const cookies = (headers.cookie ?? "").split("; ").map((line) => line.split("="));
  await context.addCookies(cookies.map(([name = "", ...value]) => ({ name, value: value.join("="), url: server.url })));
}

/** No axe fault, and nothing out of sight. */
const look = (page: Page, state: string): Promise<void> =>
  lookAt(page, state, { check: async () => expect(await page.evaluate(outOfSight), state).toEqual([]) });

/**
 * What can be used and sticks out at the page's end, where only what is made to scroll sideways may. Runs in the page.
 */
function outOfSight(): string[] {
  const canScroll = (element: Element) => /auto|scroll|hidden/u.test(getComputedStyle(element).overflowX);
  const isMadeToScroll = (element: Element): boolean => {
    const box = element.parentElement;
    if (!box || box.matches("[popover], dialog, main, body")) return false;
    return canScroll(box) || isMadeToScroll(box);
  };
  return [...document.querySelectorAll("button, a, input, select, textarea")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !isMadeToScroll(element))
    .map((element) => `out of sight: ${element.outerHTML.slice(0, 200)}`);
}

/** As the server tells a turn whose provider has failed. */
const FAILED = [
  { type: "text_delta", content: "What arrived before that.", event_id: "a.0", message_id: "a", run_id: "r" },
  {
    type: "stop",
    is_error: true,
    error: "The provider closed the connection (503)",
    usage: { duration_ms: 900, total_input_tokens: 12, total_output_tokens: 5, turns: 1 },
    status: "failed",
    event_id: "r.stop",
    run_id: "r",
  },
];

test("16: no state of a conversation has a fault that axe can find, or trips the page's policy", {
  tag: "@nightly",
}, async ({ page, context }) => {
  const watched = await watchContext(context, server.url);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(server.url);
  await look(page, "first-visit");
  await ask(page, "Explain a table, and what is 2 + 2?");
  await isSaid(page, "Answer ready");
  await page.mouse.move(300, 300);
  await look(page, "answer");
  await articles(page).last().focus();
  await page.keyboard.press("e");
  await look(page, "edit");
  await page.keyboard.press("Escape");
  await page.keyboard.press("r");
  await isSaid(page, "Answer ready");
  await expect(articles(page).last()).toContainText("Version 2 of 2");
  await look(page, "versions");
  await page.keyboard.press("x");
  await expect(page.getByRole("dialog", { name: "What the model saw" })).toContainText("Question");
  await look(page, "context");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Outline" }).click();
  await expect(page.getByRole("dialog", { name: "Outline" }).getByRole("status")).toHaveText("1 question");
  await look(page, "outline");
  await page.keyboard.press("Escape");

  await page.route("**/messages/stream*", (route) =>
    route.fulfill({
      headers: { "content-type": "text/event-stream", "x-run-id": "r" },
      body: FAILED.map((event, n) => `id: ${n + 1}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
    }),
  );
  await page.route("**/turns?*", (route) => route.abort());
  await ask(page, "Which way?");
  await expect(page.getByText("The answer broke off")).toBeVisible();
  await look(page, "failed");
  await page.unrouteAll();

  await page.reload();
  await ask(page, "Write 4000 words");
  await expect(articles(page).last()).toContainText("(2)");
  await ask(page, "And then?");
  await expect(page.getByRole("list", { name: "Waiting to be sent" })).toBeVisible();
  await look(page, "streaming");
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("button", { name: /^Stop/ }).click();
  await isSaid(page, "Stopped");
  await look(page, "stopped");
  expect(watched).toEqual(NOTHING);
});

test("16: no other view has a fault that axe can find, or trips its policy", { tag: "@nightly" }, async ({
  page,
  context,
}) => {
  const watched = await watchContext(context, server.url);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${server.url}/sign-in`);
  await look(page, "sign-in");
  await signIn(context);
  await page.goto(`${server.url}/s/01970000-0000-7000-8000-000000000000`);
  await look(page, "not-found");
  await page.goto(`${server.url}/?agent=${agent}`);
  await ask(page, "Look at the window view for Bonn");
  await expect(page.getByRole("group", { name: /What does window_view give/ })).toBeVisible();
  await page.getByRole("button", { name: "Send answer" }).click();
  await look(page, "form");
  await page.goto(`${server.url}/agents`);
  await look(page, "agents");
  await page.goto(`${server.url}/agents/${agent}`);
  await page.getByRole("button", { name: "Change window_view" }).click();
  await look(page, "agent");
  await page.goto(`${server.url}/account`);
  await look(page, "account");
  await page.getByRole("button", { name: "Add a provider" }).click();
  await look(page, "provider");
  expect(watched).toEqual(NOTHING);
});
