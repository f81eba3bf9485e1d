import { expect, type Page, test } from "@playwright/test";
import { promptOf, startHostileModel } from "./hostile-model.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";
import { NOTHING, unfold, watchContext } from "./watch-page.ts";

// What browsers are told with each answer, and that the app itself never does what its policy forbids.

// An action that finds nothing is to say so, not to wait for the end of the test.
test.use({ actionTimeout: 20_000 });

let model: Awaited<ReturnType<typeof startHostileModel>>;
let server: WatchedServer;
test.beforeAll(async () => {
  model = await startHostileModel();
  server = await startServer({ OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_MODEL: "m", GUESTS: "on", SIGN_UP: "on" });
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await model.close();
});

const RICH = `# Heading

Words with **weight**, \`code\` and [a link](https://example.org).

\`\`\`ts
const answer: number = 42;
\`\`\`

| a | b | c |
|:--|:-:|--:|
| 1 | 2 | 3 |
| 4 | 5 | 6 |

- [x] done
- [ ] open

> A quotation, $a^2 + b^2 = c^2$, and ![a picture](https://example.org/x.png)`;

const openOwner = (page: Page) => signInAsOwner(page, server);

test("S6: no view of the app trips its own policy", { tag: "@nightly" }, async ({ page, browser }) => {
  test.slow();
  const watched = await watchContext(page.context(), server.url);
  await openOwner(page);
  await page.getByRole("textbox", { name: /message/iu }).fill(promptOf(RICH));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);
  await expect(page.locator(".prose table td[data-align=right]").first()).toBeVisible();
  await expect(page).toHaveURL(/\/s\//u);

  // The same from the server's page, in both colours, and what unfolds and opens in it.
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.reload();
    await page.mouse.move(300, 300);
    await expect(page.locator(".prose table").first()).toBeVisible();
  }
  await unfold(page);
  // Nothing is copied here: Chromium gives each element of a copied text its styles as an attribute, in a document of
  // its own, and reports them under the policy of the page.
  await page.reload();
  const menu = async (entry: RegExp) => {
    await page.getByRole("navigation", { name: "Sessions" }).getByRole("link").first().hover();
    await page
      .getByRole("navigation", { name: "Sessions" })
      .getByRole("button", { name: /^Actions for/u })
      .first()
      .click();
    await page.getByRole("menuitem", { name: entry }).click();
  };
  await menu(/rename/iu);
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  await page.keyboard.press("Escape");
  await menu(/delete/iu);
  await expect(page.locator(".toast").first()).toBeVisible();
  // It stands where its styles put it, at the end of the window.
  await expect(page.locator("[data-sonner-toaster]")).toHaveCSS("position", "fixed");

  for (const path of [
    "/",
    "/agents",
    "/agents/new",
    "/indexes",
    "/account",
    "/sign-in",
    "/sign-in?error=closed",
    "/no-such-page",
  ]) {
    await page.goto(server.url + path);
    await page.mouse.move(300, 300);
    await expect(page.locator("main")).toBeVisible();
  }
  await page.goto(`${server.url}/s/00000000-0000-7000-8000-000000000000`);
  await expect(page.getByRole("heading", { name: "Nothing is here" })).toBeVisible();
  await page.goto(`${server.url}/agents`);
  await page.getByRole("link", { name: /Taxson/u }).click();
  await page.getByRole("button", { name: "Delete this agent" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.goto(`${server.url}/account`);
  await page.getByRole("button", { name: "New key" }).click();
  await expect(page.locator(".usage-column svg").first()).toBeAttached();

  await page.goto(`${server.url}/docs`);
  await expect(page.getByRole("heading", { name: "Parley" }).first()).toBeVisible();

  // A visitor on a telephone.
  const phone = await browser.newContext({ viewport: { width: 390, height: 800 } });
  const small = await watchContext(phone, server.url);
  const visitor = await phone.newPage();
  await visitor.goto(server.url);
  await visitor.getByRole("textbox", { name: /message/iu }).fill("Hello");
  await visitor.keyboard.press("Enter");
  await expect(visitor).toHaveURL(/\/s\//u);
  await phone.close();
  expect(small).toEqual(NOTHING);
  // Scalar's code asks once whether it may evaluate text, and is told no.
  const violations = watched.violations.filter((one) => !one.includes("/docs: script-src eval"));
  expect({ ...watched, violations }).toEqual(NOTHING);
});

test("S6: a script without the page's nonce does not run, and no page serves one", async ({ page, request }) => {
  for (const path of ["/", "/sign-in", "/account", "/agents", "/indexes", "/no-such-page", "/docs"]) {
    const response = await request.get(server.url + path);
    const policy = response.headers()["content-security-policy"] ?? "";
    const nonce = /script-src 'self' 'nonce-([\w+/=]+)' 'strict-dynamic'/u.exec(policy)?.[1];
    expect([path, nonce?.length]).toEqual([path, 24]);
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/u);
    const html = await response.text();
    const scripts = html.match(/<script\b[^>]*>/gu) ?? [];
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
    expect(html).not.toMatch(/<[^>]+\s(?:style|on\w+)="/u);
    const again = (await request.get(server.url + path)).headers()["content-security-policy"];
    expect(again).not.toBe(policy);
  }
  await page.goto(server.url);
  const ran = await page.evaluate(async () => {
    const host = document.createElement("div");
    document.body.append(host);
    const tries = [
      () => {
        host.innerHTML = "<img src=x onerror='window.hurt=1'>";
      },
      () => {
        const script = document.createElement("script");
        script.append("window.hurt=1");
        host.append(script);
      },
      () => host.setAttribute("onclick", "window.hurt=1"),
      () => document.write("<script>window.hurt=1</script>"),
    ];
    const outcomes = tries.map((attempt) => {
      try {
        attempt();
        return "done";
      } catch (thrown) {
        return thrown instanceof TypeError ? "refused" : "failed";
      }
    });
    host.click();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { outcomes, hurt: "hurt" in window };
  });
  // No text becomes HTML or a handler; a script that is put together runs no more than that.
  expect(ran.outcomes[0]).toBe("refused");
  expect(ran.hurt).toBe(false);
});

test("S6: every answer says what browsers may do with it", async () => {
  const html = await (await fetch(server.url)).text();
  const script = /\/_next\/static\/[^"]+\.js/u.exec(html)?.[0] ?? "";
  const style = /\/_next\/static\/[^"]+\.css/u.exec(html)?.[0] ?? "";
  const paths = [
    [
      "/",
      "/s/x",
      "/no/such/page",
      "/account",
      "/sign-in/link?token=x",
      "/docs",
      "/docs/",
      "//evil.example",
      "/%2e%2e/x",
    ],
    [
      script,
      style,
      "/favicon.svg",
      "/reference/scalar.js",
      "/_next/static/none.js",
      "/_next/image?url=x",
      "/_next/data/x",
    ],
    [
      "/api",
      "/api/health",
      "/api/healthz",
      "/api/openapi.json",
      "/api/metrics",
      "/api/v1/chat",
      "/api/none",
      "/v1/none",
    ],
    ["/api/auth/csrf", "/api/auth/signin", "/api/auth/signout", "/api/auth/none", "/api/auth/error", "/api/app/keys"],
  ].flat();
  const wrong: unknown[] = [];
  for (const path of paths) {
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const response = await fetch(server.url + path, { method, redirect: "manual" });
      await response.text();
      const headers = Object.fromEntries(response.headers);
      const isRight =
        headers["x-content-type-options"] === "nosniff" &&
        headers["referrer-policy"] !== undefined &&
        headers["permissions-policy"] !== undefined &&
        headers["cross-origin-opener-policy"] === "same-origin" &&
        headers["cross-origin-resource-policy"] === "same-origin" &&
        headers["content-security-policy"]?.includes("frame-ancestors 'none'") &&
        headers["strict-transport-security"] === undefined;
      const isOnce = !/,.*default-src/u.test(headers["content-security-policy"] ?? "");
      const leaks = Object.keys(headers).filter((name) => /parley-address|middleware|x-powered/u.test(name));
      if (!isRight || !isOnce || leaks.length > 0) wrong.push([method, path, response.status, headers]);
      // next-auth has a page of its own to sign out on.
      const isPage = headers["content-type"]?.startsWith("text/html") ?? false;
      if (path.startsWith("/api") && method === "GET" && !isPage) {
        if (headers["content-security-policy"] !== "default-src 'none'; frame-ancestors 'none'") wrong.push([path]);
      }
    }
  }
  expect(wrong).toEqual([]);
});
