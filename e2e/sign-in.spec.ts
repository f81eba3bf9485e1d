import { expect, type Page, test } from "@playwright/test";
import { freePort } from "../lib/testing/free-port.ts";
import { startProvider } from "./oidc-provider.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";

// Sign-in with somebody who vouches for a person: a real OpenID Connect provider, in a process of the test.

let provider: Awaited<ReturnType<typeof startProvider>>;
let server: WatchedServer;
let environment: Record<string, string>;

test.beforeAll(async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  provider = await startProvider(`${url}/api/auth/callback/oidc`);
  environment = {
    PORT: String(port),
    NEXTAUTH_URL: url,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_NAME: "Example ID",
    GITHUB_CLIENT_ID: "a client of ours",
    GITHUB_CLIENT_SECRET: "a secret",
  };
  server = await startServer(environment);
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await provider.close();
});

async function signInAtProvider(page: Page, who: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(who);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a guest signs in with a provider and keeps the sessions; from another browser it is the same account", async ({
  page,
  browser,
}) => {
  await page.goto(server.url);
  await page.getByRole("textbox", { name: /message/iu }).fill("What is 12.5 * 8?");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/s\//u);
  await expect(page.locator(".sidebar").getByRole("link", { name: /12\.5/u })).toBeVisible();

  await page.goto(`${server.url}/sign-in`);
  await page.getByRole("button", { name: "Continue with Example ID" }).click();
  await signInAtProvider(page, "ada");
  await expect(page.getByText("ada@login.test")).toBeVisible();
  await expect(page.locator(".sidebar").getByRole("link", { name: /12\.5/u })).toBeVisible();

  await page.goto(`${server.url}/account`);
  await expect(page.getByText("Connected with Example ID as ada@login.test.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Connect GitHub" })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(`${server.url}/sign-in`);
  await other.getByRole("button", { name: "Continue with Example ID" }).click();
  await signInAtProvider(other, "ada");
  await expect(other.locator(".sidebar").getByRole("link", { name: /12\.5/u })).toBeVisible();
});

test("the owner connects a provider, and signs in with it afterwards", { tag: "@nightly" }, async ({
  page,
  browser,
}) => {
  await signInAsOwner(page, server);
  await page.goto(`${server.url}/account`);
  await page.getByRole("button", { name: "Connect Example ID" }).click();
  await signInAtProvider(page, "olga");
  await expect(page.getByText("Connected with Example ID as olga@login.test.")).toBeVisible();
  await expect(page.getByRole("row", { name: /First key/u })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(`${server.url}/sign-in?from=/account`);
  await other.getByRole("button", { name: "Continue with Example ID" }).click();
  await signInAtProvider(other, "olga");
  await expect(other.getByRole("row", { name: /First key/u })).toBeVisible();

  const disconnectIt = async () => {
    await page.getByRole("button", { name: "Disconnect Example ID" }).click();
    await page.getByRole("button", { name: "Disconnect", exact: true }).click();
  };
  await disconnectIt();
  await expect(page.getByText("This is the only way into this account. Set a password first.")).toBeVisible();
  await page.getByLabel("E-mail").fill("olga@example.org");
  await page.getByLabel("New password").fill("correct horse battery");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText("The password is set.", { exact: false })).toBeVisible();
  await disconnectIt();
  await expect(page.getByRole("button", { name: "Connect Example ID" })).toBeVisible();

  const later = await (await browser.newContext()).newPage();
  await later.goto(`${server.url}/sign-in?from=/account`);
  await later.getByRole("button", { name: "Continue with Example ID" }).click();
  await signInAtProvider(later, "olga");
  await expect(
    later.getByText("No usage yet", { exact: false }).or(later.getByText("olga@login.test")).first(),
  ).toBeVisible();
  await expect(later.getByRole("row", { name: /First key/u })).toHaveCount(0);
});

test("who turns back at the provider, and who forges an answer, is told and not signed in", async ({ page }) => {
  await page.goto(`${server.url}/sign-in`);
  await page.getByRole("button", { name: "Continue with Example ID" }).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.locator(".sign-in").getByRole("alert")).toHaveText("The sign-in was not completed. Try again.");
  await page.goto(`${server.url}/api/auth/callback/oidc?code=forged&state=forged`);
  await expect(page.locator(".sign-in").getByRole("alert")).toBeVisible();
  await expect(page.getByText("@login.test")).toHaveCount(0);
});

test("GitHub is asked with our client and a state of the browser", async ({ page }) => {
  let asked = new URL("about:blank");
  await page.route("https://github.com/**", async (route) => {
    asked = new URL(route.request().url());
    await route.fulfill({ body: "GitHub's page" });
  });
  await page.goto(`${server.url}/sign-in`);
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  await expect(page.getByText("GitHub's page")).toBeVisible();
  expect(asked.pathname).toBe("/login/oauth/authorize");
  expect(asked.searchParams.get("client_id")).toBe("a client of ours");
  expect(asked.searchParams.get("redirect_uri")).toBe(`${server.url}/api/auth/callback/github`);
  expect(asked.searchParams.get("state")).toMatch(/.{20}/u);
  expect(asked.searchParams.get("code_challenge_method")).toBe("S256");
});

test("where accounts are not open, somebody new is refused and somebody known is not", { tag: "@nightly" }, async ({
  page,
  browser,
}) => {
  await server.kill("SIGTERM");
  server = await startServer({ ...environment, DATA_DIR: server.dataDir, SIGN_UP: "off" });
  await page.goto(`${server.url}/sign-in`);
  await page.getByRole("button", { name: "Continue with Example ID" }).click();
  await signInAtProvider(page, "mallory");
  await expect(page.locator(".sign-in").getByRole("alert")).toContainText("new accounts are not open");

  const known = await (await browser.newContext()).newPage();
  await known.goto(`${server.url}/sign-in`);
  await known.getByRole("button", { name: "Continue with Example ID" }).click();
  await signInAtProvider(known, "ada");
  await expect(known.getByText("ada@login.test")).toBeVisible();
});
