import { expect, test } from "@playwright/test";
import { expectNoAxeFault, look } from "./look.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

test("a guest is told what an account is for; the owner makes a key, uses it and revokes it", async ({
  page,
  request,
}) => {
  await page.goto(`${server.url}/account`);
  await expect(page.getByText("You are a guest.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign in or make an account" })).toBeVisible();

  await signInAsOwner(page, server);
  await page.goto(`${server.url}/account`);
  await expect(page.getByRole("row", { name: /First key/ })).toBeVisible();
  await page.getByRole("button", { name: "New key" }).click();
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.getByRole("button", { name: "Make the key" }).click();
  await expect(page.getByText("Name the key after what will use it.")).toBeVisible();
  await page.getByLabel("Name").fill("Night jobs");
  await page.getByLabel("May").selectOption("Only read");
  await page.getByLabel("Through").selectOption("Julep");
  await page.getByLabel("Ends").selectOption("In 30 days");
  await page.getByLabel("Name").press("Enter");

  await expect(page.getByText("It is not shown again.")).toBeVisible();
  const key = (await page.locator(".fresh-key code").textContent()) ?? "";
  await expect(page.getByRole("row", { name: /Night jobs.*Read Julep until/ })).toBeVisible();
  const use = () => request.get(`${server.url}/api/agents`, { headers: { authorization: `Bearer ${key}` } });
  expect((await use()).status()).toBe(200);

  await expectNoAxeFault(page, "account");

  await page.getByRole("button", { name: "Revoke Night jobs" }).click();
  await expect(page.getByRole("button", { name: "Keep it" })).toBeFocused();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("row", { name: /Night jobs/ })).toHaveCount(0);
  expect((await use()).status()).toBe(403);
});

test("usage is shown as bars that arrow keys read, and as a table", { tag: "@nightly" }, async ({ page, request }) => {
  const headers = { authorization: `Bearer ${server.key()}` };
  const session = await (await request.post(`${server.url}/api/v1/chat`, { headers })).json();
  const stream = `${server.url}/api/v1/chat/${session.session_id}/messages/stream`;
  await (await request.post(stream, { headers, data: { index_ids: [], prompt: "What is 12.5 * 8?" } })).text();
  const made = await request.post(`${server.url}/api/app/account`, {
    headers: { origin: server.url },
    data: { email: "ada@example.org", password: "a long password" },
  });
  expect(made.status()).toBe(200);
  // The account that was made just now has used nothing; its own turn counts.
  const cookies = (await request.storageState()).cookies;
  await page.context().addCookies(cookies);
  await page.goto(`${server.url}/account`);
  await expect(page.getByText("No usage yet.")).toBeVisible();
  await page.goto(server.url);
  await page.getByRole("textbox").fill("What time is it?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
  await page.goto(`${server.url}/account`);
  const bars = page.getByRole("slider", { name: "Usage by day" });
  await expect(bars).toHaveAttribute("aria-valuetext", /: 1 turn, \d+ tokens from models, \d+ from you/);
  await bars.press("ArrowLeft");
  await expect(bars).toHaveAttribute("aria-valuetext", /: 0 turns/);
  await page.getByRole("button", { name: "As table" }).click();
  // A head, and the one day on which something was used.
  const part = page.locator("section").filter({ has: page.getByRole("heading", { name: "Usage" }) });
  await expect(part.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("row", { name: /^Answers 2 \d+/ })).toBeVisible();
});

test("the owner sees the budget of today, who used it, and what to set where nobody has set a limit", {
  tag: "@nightly",
}, async ({ page, request }) => {
  const capped = await startServer({ TOKENS_PER_DAY: "50000", SERVER_TOKENS_PER_DAY: "9000" });
  try {
    const headers = { authorization: `Bearer ${capped.key()}` };
    const data = { bot_slug: "taxson", prompt: "What is 12.5 * 8?", stream: false };
    expect((await request.post(`${capped.url}/v1/chat`, { headers, data })).status()).toBe(200);
    await signInAsOwner(page, capped);
    // What is used is written down some seconds later.
    await expect(async () => {
      await page.goto(`${capped.url}/account`);
      await expect(page.getByRole("row", { name: /^First key \d+ [\d,]+/u })).toBeVisible({ timeout: 2000 });
    }).toPass();
    const meter = page.getByRole("meter", { name: "Tokens of the day: The whole server" });
    await expect(meter).toHaveAttribute("aria-valuetext", /^[\d,]+ of 9,000 tokens, \d+ %$/u);
    await expect(page.getByText(/^This account [\d,]+ of 50,000 tokens, \d+ %/u)).toBeVisible();
    await expect(page.getByRole("row", { name: /^Owner of this server \d+ [\d,]+/u })).toBeVisible();
    const budget = page.getByRole("heading", { name: "Budget" });
    await look(page, "budget", { check: () => budget.scrollIntoViewIfNeeded() });
  } finally {
    await capped.kill("SIGTERM");
  }
});

test("the owner sets an address and a password, and signs in with them", { tag: "@nightly" }, async ({ page }) => {
  const fresh = await startServer();
  try {
    await signInAsOwner(page, fresh);
    await page.goto(`${fresh.url}/account`);
    await page.getByLabel("E-mail").fill("owner@example.org");
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText("This has 5 characters; it takes at least 10.")).toBeVisible();
    await expect(page.getByLabel("New password")).toBeFocused();
    await page.getByLabel("New password").fill("a long password");
    await page.keyboard.press("Enter");
    await expect(page.getByText("The password is set.")).toBeVisible();
    await expect(page.getByLabel("Present password")).toBeVisible();
    await expect(page.locator(".sidebar").getByRole("link", { name: "owner@example.org" })).toBeVisible();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
    await page.goto(`${fresh.url}/sign-in?from=/account`);
    await page.getByLabel("E-mail").fill("owner@example.org");
    await page.getByLabel("Password").fill("a long password");
    await page.locator("form").getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("row", { name: /First key/ })).toBeVisible();
  } finally {
    await fresh.kill("SIGTERM");
  }
});

test("S18: a person deletes the account after a question, with the password", { tag: "@nightly" }, async ({
  page,
  request,
}) => {
  const made = await request.post(`${server.url}/api/app/account`, {
    headers: { origin: server.url },
    data: { email: "leaving@example.org", password: "seven ferries at dawn" },
  });
  expect(made.status()).toBe(200);
  await page.context().addCookies((await request.storageState()).cookies);
  await page.goto(`${server.url}/account`);
  await page.getByRole("button", { name: "Delete this account" }).press("Enter");
  const password = page.getByLabel("Present password").last();
  await expect(password).toBeFocused();
  await expectNoAxeFault(page, "an account's end");
  await password.fill("not the password");
  await page.keyboard.press("Enter");
  await expect(page.getByText("This is not your present password")).toBeVisible();
  await expect(password).toBeFocused();
  await password.fill("seven ferries at dawn");
  await page.getByRole("button", { name: "Delete the account" }).click();
  await expect(page).toHaveURL(`${server.url}/`);
  await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
});

test("S19, S20: looking at the owner's link uses nothing up; browsers are listed, and one that is ended is out", {
  tag: "@nightly",
}, async ({ page, browser }) => {
  const fresh = await startServer();
  try {
    const link = /Sign in as its owner, once: (\S+)/u.exec(fresh.output())?.[1] ?? "";
    for (const method of ["HEAD", "GET"]) {
      const looked = await page.request.fetch(link, { method });
      expect([looked.status(), looked.headers()["referrer-policy"]]).toEqual([200, "no-referrer"]);
    }
    // Without a script, as a browser of nobody's choosing would show it.
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const first = await plain.newPage();
    await first.goto(link);
    await expect(first.locator('meta[name="referrer"]')).toHaveAttribute("content", "no-referrer");
    await first.locator("form").getByRole("button", { name: "Sign in" }).click();
    await expect(first).toHaveURL(`${fresh.url}/`);
    await page.context().addCookies(await plain.cookies());
    await page.goto(`${fresh.url}/account`);
    await page.getByLabel("E-mail").fill("owner@example.org");
    await page.getByLabel("New password").fill("password1234");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText("among the first that are tried")).toBeVisible();
    await page.getByLabel("New password").fill("seven ferries at dawn");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText("The password is set.")).toBeVisible();
    // What had the cookie of before is out.
    await first.goto(`${fresh.url}/account`);
    await expect(first.getByText("You are a guest.")).toBeVisible();

    const other = await (await browser.newContext()).newPage();
    await other.goto(`${fresh.url}/sign-in?from=/account`);
    await other.getByLabel("E-mail").fill("OWNER@example.org");
    await other.getByLabel("Password").fill("seven ferries at dawn");
    await other.locator("form").getByRole("button", { name: "Sign in" }).click();
    await expect(other.getByRole("row", { name: /First key/u })).toBeVisible();
    const list = page.getByRole("list", { name: "Signed in" });
    await page.reload();
    await expect(list.getByRole("listitem")).toHaveCount(2);
    await expect(list.getByText("This browser", { exact: true })).toHaveCount(1);
    await expectNoAxeFault(page, "browsers");
    await list.getByRole("button", { name: /^Sign out Chrome on/u }).press("Enter");
    await expect(list.getByRole("listitem")).toHaveCount(1);
    await expect(list).toBeFocused();
    await other.reload();
    await expect(other.getByText("You are a guest.")).toBeVisible();
    await page.getByRole("button", { name: "Sign out of this browser" }).click();
    await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
  } finally {
    await fresh.kill("SIGTERM");
  }
});
