import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { freePort } from "../lib/testing/free-port.ts";
import { CHROMIUM_FLAGS, findChromium } from "../scripts/chromium.ts";
import { type Nginx, startNginx } from "./nginx.ts";
import { startServer, type WatchedServer } from "./server.ts";

// The ways in which the README lets others in, with its settings; and that nobody comes in without them.

test.use({
  ignoreHTTPSErrors: true,
  launchOptions: {
    executablePath: findChromium(),
    args: [...CHROMIUM_FLAGS, "--host-resolver-rules=MAP *.lan 127.0.0.1"],
  },
});

const OPEN = { GUESTS: "on", SIGN_UP: "on" };
/** As the README has it. */
const HANDS_ON = `proxy_http_version 1.1;
      proxy_buffering off;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`;

let server: WatchedServer | null = null;
let nginx: Nginx | null = null;
test.afterEach(async () => {
  await nginx?.close();
  await server?.kill("SIGTERM");
  server = null;
  nginx = null;
});

const list = (page: Page) => page.locator(".sidebar").getByRole("link", { name: /12\.5/u });

/** A guest who becomes a person, leaves and comes back; in another browser too. */
async function liveWith(address: string, browser: Browser): Promise<void> {
  const options = { ignoreHTTPSErrors: true };
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(address);
  await page.getByRole("textbox", { name: /message/iu }).fill("What is 12.5 * 8?");
  await page.keyboard.press("Enter");
  await expect(list(page)).toBeVisible();
  await page.goto(`${address}/sign-in`);
  await page.getByRole("button", { name: "Create one" }).click();
  const fill = async (one: Page) => {
    await one.getByLabel("E-mail").fill("ada@example.org");
    await one.getByLabel("Password").fill("a long enough password");
  };
  await fill(page);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("ada@example.org")).toBeVisible();
  await expect(list(page)).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Sign in", exact: true })).toBeVisible();
  expect(page.url()).toBe(`${address}/`);
  await expect(list(page)).toHaveCount(0);

  const other = await (await browser.newContext(options)).newPage();
  await other.goto(`${address}/sign-in`);
  await fill(other);
  await other.locator("form").getByRole("button", { name: "Sign in" }).click();
  await expect(list(other)).toBeVisible();
  await other.reload();
  await expect(list(other)).toBeVisible();
}

test("figure 6: http over the name of a network", { tag: "@nightly" }, async ({ browser }) => {
  const port = await freePort();
  const address = `http://parley.lan:${port}`;
  server = await startServer({ ...OPEN, HOST: "0.0.0.0", PORT: String(port), NEXTAUTH_URL: address });
  await liveWith(address, browser);
});

test("figure 6: every address of the machine, by its number", { tag: "@nightly" }, async ({ browser }) => {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const outer = own.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
  server = await startServer({ ...OPEN, HOST: "0.0.0.0" });
  await liveWith(`http://${outer}:${server.port}`, browser);
});

test("figure 6: https behind nginx", async ({ browser, request }) => {
  const [port, inner] = [await freePort(), await freePort()];
  const address = `https://chat.lan:${port}`;
  server = await startServer({ ...OPEN, PORT: String(inner), NEXTAUTH_URL: address, TRUSTED_PROXIES: "1" });
  nginx = await startNginx({ upstream: server.url, isTls: true, location: HANDS_ON }, port);
  await liveWith(address, browser);
  const answer = await request.get(`https://127.0.0.1:${port}/`, { headers: { host: `chat.lan:${port}` } });
  expect(answer.headers()["strict-transport-security"]).toBe("max-age=31536000");
  for (const host of ["evil.example", "chat.lan.evil.example"]) {
    expect((await request.get(`https://127.0.0.1:${port}/`, { headers: { host } })).status()).toBe(421);
  }
});

test("model servers 28: http behind an nginx that hands nothing on", { tag: "@nightly" }, async ({ browser }) => {
  const [port, inner] = [await freePort(), await freePort()];
  const address = `http://chat.lan:${port}`;
  server = await startServer({ ...OPEN, PORT: String(inner), NEXTAUTH_URL: address });
  nginx = await startNginx({ upstream: server.url, location: "" }, port);
  await liveWith(address, browser);
});

type Asked = { readonly port: number; readonly path: string; readonly headers: Readonly<Record<string, string>> };

/** A request with headers that `fetch` would not send, as a stranger's program may. */
function send({ port, path, headers }: Asked, body?: object): Promise<{ status: number; text: string }> {
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { "content-type": "application/json", ...headers },
    };
    const request = httpRequest(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.once("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const DOORS: readonly (readonly [path: string, body: object])[] = [
  ["/api/v1/chat", { index_ids: [] }],
  ["/api/app/account", { email: "eve@example.org", password: "a long enough password" }],
];

// Those who set nothing, or the address alone: what each of them may have in front.
const UNSET: readonly (readonly [name: string, settings: Readonly<Record<string, string>>, location: string | null])[] =
  [
    ["a public address", { NEXTAUTH_URL: "https://chat.lan" }, null],
    ["an nginx that hands on what is usual", {}, HANDS_ON],
    ["every address", { HOST: "0.0.0.0" }, null],
    ["an nginx that says nothing", {}, ""],
    ["an nginx and a public address", { NEXTAUTH_URL: "https://chat.lan" }, HANDS_ON],
    ["an nginx that is trusted", { NEXTAUTH_URL: "https://chat.lan", TRUSTED_PROXIES: "1" }, HANDS_ON],
  ];

for (const [n, [name, settings, location]] of UNSET.entries()) {
  const tag = n === 0 ? [] : "@nightly";
  test(`figure 6, S5: with ${name} and nothing else set a stranger gets nothing`, { tag }, async ({ page }) => {
    server = await startServer(settings);
    if (location !== null) nginx = await startNginx({ upstream: server.url, location });
    const port = nginx?.port ?? server.port;
    for (const host of [`chat.lan:${port}`, `localhost:${port}`, `127.0.0.1:${port}`]) {
      const sites: Readonly<Record<string, string>>[] = [
        { "sec-fetch-site": "same-origin" },
        { origin: `http://${host}` },
      ];
      for (const site of sites) {
        for (const [path, body] of DOORS) {
          const { status, text } = await send({ port, path, headers: { host, ...site } }, body);
          expect([host, path, [401, 403, 421].includes(status), status]).toEqual([host, path, true, status]);
          expect(text).not.toContain("session_id");
        }
      }
      const shown = await send({ port, path: "/", headers: { host } });
      expect([200, 421]).toContain(shown.status);
    }
    // In a browser there is nothing to write in.
    await page.goto(`http://chat.lan:${port}/`);
    await expect(page.getByRole("textbox", { name: /message/iu })).toHaveCount(0);
  });
}

test("S5: a Next that is started without us listens everywhere, whatever HOST is, and lets no stranger in", async () => {
  const port = await freePort();
  const next = join(import.meta.dirname, "../node_modules/next/dist/bin/next");
  const child = spawn(process.execPath, [next, "start", "-p", String(port)], {
    cwd: join(import.meta.dirname, ".."),
    env: {
      ...process.env,
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      DATA_DIR: mkdtempSync(join(tmpdir(), "parley-next-")),
    },
    stdio: "ignore",
  });
  try {
    const isUp = () =>
      fetch(`http://127.0.0.1:${port}/api/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isUp, { timeout: 60_000 }).toBe(true);
    const host = `127.0.0.1:${port}`;
    for (const [path, body] of DOORS) {
      const { status } = await send({ port, path, headers: { host, "sec-fetch-site": "same-origin" } }, body);
      expect([path, status === 401 || status === 403]).toEqual([path, true]);
    }
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
});

test("S17: a page that is led here by its name gets nothing of a server for this machine", async ({ page }) => {
  server = await startServer();
  const strange = { host: `evil.example:${server.port}`, "sec-fetch-site": "same-origin" };
  for (const path of [
    "/",
    "/account",
    "/docs",
    "/sign-in/link?token=x",
    "/api/v1/chat",
    "/api/auth/csrf",
    "/v1/bots",
  ]) {
    const { status, text } = await send({ port: server.port, path, headers: strange });
    expect([path, status, text]).toEqual([path, 421, expect.stringContaining("ALLOWED_HOSTS")]);
    const forwarded = { ...strange, "x-forwarded-host": "localhost", forwarded: "host=localhost" };
    expect((await send({ port: server.port, path, headers: forwarded })).status).toBe(421);
  }
  expect(await send({ port: server.port, path: "/api/health", headers: strange })).toEqual({
    status: 200,
    text: '{"status":"ok"}',
  });
  // Visitors of this machine are let in as ever.
  await page.goto(`http://localhost:${server.port}`);
  await page.getByRole("textbox", { name: /message/iu }).fill("Hello");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/s\//u);
});
