import { expect, type Page } from "@playwright/test";
import type { Canaries } from "./canaries.ts";
import { MODES } from "./canary-world.ts";

// The ways in which a secret comes to the server with a request.

export type Call = {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Calls the server at `url`. */
export const caller = (url: string) =>
  async function call(method: string, path: string, { key, body, headers }: Call = {}) {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = (): { readonly id: string; readonly session_id: string; readonly key: string } => JSON.parse(text);
    return { status: response.status, text, json, cookies: response.headers.getSetCookie() };
  };

type World = {
  readonly call: ReturnType<typeof caller>;
  readonly url: string;
  readonly canaries: Canaries;
  readonly ownerKey: string;
};

/** Signs up, in, and in wrongly; makes a key; sends passwords in bodies that are wrong. */
export async function signUpAndIn({ call, url, canaries: { plant, add } }: World): Promise<void> {
  const origin = { origin: url, "sec-fetch-site": "same-origin" };
  const password = plant("password");
  const email = "ada@example.org";
  for (const body of [
    { password: plant("password without an address") },
    { email, password: [plant("password in a list")] },
    { email, password: { deep: plant("password in an object") } },
    { email: plant("password in the wrong field"), password },
    `{"password": "${plant("password in a body that is no JSON")}`,
  ]) {
    expect((await call("POST", "/api/app/account", { body, headers: origin })).status).toBeGreaterThanOrEqual(400);
  }
  const made = await call("POST", "/api/app/account", { body: { email, password }, headers: origin });
  expect(made.text).toBe(JSON.stringify({ email }));
  const cookie = cookieOf(made.cookies);
  add("cookie of a session", cookie);
  const own = { ...origin, cookie };

  const key = await call("POST", "/api/app/keys", { body: { name: "mine" }, headers: own });
  expect(key.status).toBe(201);
  add("key just made", key.json().key);
  await call("GET", "/api/app/keys", { headers: own });
  await call("GET", "/api/agents", { key: key.json().key });
  const wrong = { current_password: plant("current_password"), password: plant("a new password") };
  await call("POST", "/api/app/account/password", { body: wrong, headers: own });
  await call("POST", "/api/app/account/password", { body: { ...wrong, password: [wrong.password] }, headers: own });
  await call("POST", "/api/app/account/password", { body: { current_password: wrong.password }, headers: own });

  const csrf = await call("GET", "/api/auth/csrf");
  const { csrfToken } = JSON.parse(csrf.text);
  add("csrf token", csrfToken);
  for (const tried of [password, plant("wrong password")]) {
    const form = new URLSearchParams({ email, password: tried, csrfToken, json: "true" }).toString();
    const headers = { ...origin, cookie: cookieOf(csrf.cookies), "content-type": "application/x-www-form-urlencoded" };
    const signedIn = await call("POST", "/api/auth/callback/credentials", { body: form, headers });
    for (const one of signedIn.cookies) if (one.includes("session-token")) add("cookie of a session", cookieOf([one]));
  }
}

/** Changes a password, and gives an account up, each wrongly at first. */
export async function changeAndLeave({ call, url, canaries: { plant, add } }: World): Promise<void> {
  const origin = { origin: url, "sec-fetch-site": "same-origin" };
  const [password, next] = [plant("password of who leaves"), plant("password after a change")];
  const made = await call("POST", "/api/app/account", {
    body: { email: "eve@example.org", password },
    headers: origin,
  });
  const own = { ...origin, cookie: cookieOf(made.cookies) };
  const change = { current_password: password, password: next };
  const changed = await call("POST", "/api/app/account/password", { body: change, headers: own });
  expect(changed.status).toBeLessThan(300);
  const cookie = cookieOf(changed.cookies);
  add("cookie of a session", cookie);
  for (const body of [
    { password: plant("wrong password of who leaves") },
    { password: [plant("password of who leaves, in a list")] },
    `{"password": "${plant("password of who leaves, in a body that is no JSON")}`,
  ]) {
    const refused = await call("DELETE", "/api/app/account", { body, headers: { ...own, cookie } });
    expect(refused.status).toBeGreaterThanOrEqual(400);
  }
  const left = await call("DELETE", "/api/app/account", { body: { password: next }, headers: { ...own, cookie } });
  expect(left.status).toBeLessThan(300);
}

/** Has the server look after what was left, by its secret, and by others that are none, wherever one may stand. */
export async function askCron({ call, canaries: { plant } }: World, secret: string): Promise<void> {
  expect((await call("GET", "/api/cron", { key: secret })).status).toBe(200);
  expect((await call("GET", "/api/cron", { key: plant("cron secret that is none") })).status).toBe(401);
  await call("GET", `/api/cron?secret=${secret}`);
  await call("POST", "/api/cron", { key: secret, body: { secret } });
}

const cookieOf = (cookies: readonly string[]): string => cookies.map((one) => one.split(";")[0]).join("; ");

/** Sends keys, cookies, tokens and codes that nobody knows, in every place where one may stand. */
export async function callAsStranger({ call, url, canaries: { plant } }: World): Promise<void> {
  const paths = [
    "/api/agents",
    "/api/v1/chat",
    "/api/v1/compatibility/openai/v1/assistants",
    "/v1/bots/taxson",
    "/api/app/usage",
    "/api/metrics",
    "/api/health",
    "/api/nowhere",
    "/v1/nowhere",
    "/nowhere",
    "/account",
    "/",
    "/docs",
    "/_next/static/nowhere.js",
    "/_next/image",
  ];
  const query = ["api_key", "token", "access_token", "key"]
    .map((name) => `${name}=${plant(`query ${name}`)}`)
    .join("&");
  const headers = {
    "x-api-key": plant("x-api-key"),
    "proxy-authorization": `Basic ${Buffer.from(`me:${plant("proxy-authorization")}`).toString("base64")}`,
    cookie: `next-auth.session-token=${plant("a cookie that is none")}; other=${plant("another cookie")}`,
    "x-custom-api-key": plant("x-custom-api-key of a stranger"),
    referer: `${url}/?token=${plant("referer")}`,
  };
  for (const path of paths) {
    for (const key of [plant("authorization"), undefined]) await call("GET", `${path}?${query}`, { key, headers });
    await call("GET", path, {
      headers: { "x-auth-key": plant("x-auth-key"), authorization: plant("bare authorization") },
    });
    await call("POST", `${path}?${query}`, {
      body: { bot_slug: "nobody", api_key: plant("api_key of a body") },
      headers,
    });
  }
  await call("GET", `/sign-in/link?token=${plant("token of a link that is none")}`);
  const forged = ["code", "state", "id_token", "access_token", "error_description"]
    .map((name) => `${name}=${plant(`forged ${name}`)}`)
    .join("&");
  for (const kind of ["oidc", "github", "google", "nobody"]) await call("GET", `/api/auth/callback/${kind}?${forged}`);
}

/** Asks a model that fails in every way, through every dialect, with the server's key and with one that is brought. */
export async function askFailingModel({ call, canaries: { plant }, ownerKey: key }: World): Promise<void> {
  const agent = (
    await call("POST", "/api/agents", { key, body: { name: "Asked", metadata: { k: plant("metadata") } } })
  ).json();
  await call("POST", "/api/users", { key, body: { name: "Ada", metadata: { k: plant("metadata of a user") } } });
  const brought = { "x-custom-api-key": plant("x-custom-api-key", "sk-") };
  const session = async (path: string) =>
    (
      await call("POST", path, { key, body: { agent: agent.id, metadata: { k: plant("metadata of a session") } } })
    ).json();
  const asks = MODES.flatMap((mode, n) =>
    [{}, brought].flatMap((headers, m) =>
      // Every other question is streamed.
      [(n + m) % 2 === 0].flatMap((stream) => {
        const content = `Hello MODE:${mode}`;
        const messages = [{ role: "user", content }];
        const bot = call("POST", "/v1/chat", { key, headers, body: { bot_slug: "taxson", prompt: content, stream } });
        const assistant = `/api/v1/compatibility/openai/v1/assistants/${agent.id}/chat/completions`;
        return [
          bot,
          call("POST", assistant, { key, headers, body: { messages, stream } }),
          session("/api/sessions").then(async ({ id }) => {
            await call("POST", `/api/sessions/${id}/chat`, { key, headers, body: { messages, stream } });
            await call("GET", `/api/sessions/${id}/history`, { key });
          }),
          call("POST", "/api/embed", { key, headers, body: { text: content } }),
          call("POST", "/api/v1/chat", { key }).then(async (made) => {
            const path = `/api/v1/chat/${made.json().session_id}`;
            const body = { index_ids: [], prompt: content };
            await call("POST", `${path}/messages/stream`, { key, headers, body });
            await call("POST", `${path}/title`, { key, headers, body: { first_message: content } });
            await call("GET", path, { key });
          }),
        ];
      }),
    ),
  );
  for (const path of ["/v1/chat", "/api/sessions", "/api/v1/compatibility/openai/v1/assistants"]) {
    const secret = plant(`api_key of a body to ${path}`);
    await call("POST", path, { key, body: `{"api_key": "${secret}", ` });
    await call("POST", path, {
      key,
      body: { api_key: secret, deep: [{ authorization: `Bearer ${secret}` }], messages: 7 },
    });
  }
  await Promise.all(asks);
}

/**
 * Adds providers of models to the owner's account: with bodies that are wrong, with keys that their servers refuse in
 * every way, and one that answers, which is then asked through every dialect and fails in every way.
 */
export async function addProviders(
  { call, url, canaries: { plant, find }, ownerKey: key }: World,
  at: string,
  cookie: string,
) {
  const headers = { origin: url, "sec-fetch-site": "same-origin", cookie };
  const send = (method: string, path: string, body?: unknown) =>
    call(method, `/api/app/providers${path}`, { body, headers });
  const provider = (name: string, address: string) => ({
    name,
    kind: "compatible",
    base_url: address,
    api_key: plant(`provider key ${name}`, "sk-"),
  });
  const good = provider("echo", `${at}/v1`);
  for (const body of [
    { ...provider("in-a-list", at), api_key: [plant("provider key in a list")] },
    { ...provider("in-an-object", at), api_key: { key: plant("provider key in an object") } },
    { ...provider("of-no-kind", at), kind: "nobody" },
    { ...provider("in-the-address", at), base_url: `${at}/v1?key=${plant("provider key in an address")}` },
    { ...good, name: `Not a name ${plant("provider key in a name")}` },
    `{"name": "x", "api_key": "${plant("provider key in a body that is no JSON")}"`,
    ...MODES.map((mode) => provider(`mode-${mode}`, `${at}/mode-${mode}/v1`)),
  ]) {
    const { status, text } = await send("POST", "", body);
    // One that answers 404 has no list, and is taken as it is.
    expect([status, ...find(text)]).toEqual([text.includes('"mode-404"') ? 201 : 422]);
  }
  const made = await send("POST", "", good);
  expect([made.status, ...find(made.text)]).toEqual([201]);
  const path = `/${made.json().id}`;
  await send("POST", "", good);
  await send("PATCH", path, { api_key: [plant("provider key of a change, in a list")] });
  await send("PATCH", path, { base_url: `${at}/mode-401/v1`, api_key: plant("provider key of a change", "sk-") });
  expect((await send("PATCH", path, { api_key: plant("provider key of a change that holds", "sk-") })).status).toBe(
    200,
  );
  for (const listing of ["/api/app/models", "/api/agents/models", "/api/v1/compatibility/openai/v1/models"]) {
    const listed = await call("GET", listing, { key });
    expect([listed.status, ...find(listed.text)]).toEqual([200]);
  }
  await askProvider(call, key, "echo/test-model");
}

/** Asks a model in each way in which its provider may fail, through every dialect. */
async function askProvider(call: World["call"], key: string, model: string): Promise<void> {
  const uid = "echo-bot";
  const body = { name: "Echo", slug: uid, model };
  const bot = (await call("POST", "/v1/bots", { key, body })).json() as unknown as { uid: string; id: string };
  const agent = bot.id ?? bot.uid;
  expect((await call("PATCH", `/api/app/agents/${agent}`, { key, body: { name: "Echo", model } })).status).toBe(200);
  const asks = [...MODES, "none"].map(async (mode, n) => {
    const content = `Hello MODE:${mode}`;
    const messages = [{ role: "user", content }];
    const stream = n % 2 === 0;
    await call("POST", "/v1/chat", { key, body: { bot_slug: uid, prompt: content, stream } });
    const assistant = `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`;
    await call("POST", assistant, { key, body: { messages, stream } });
    const session = (await call("POST", "/api/sessions", { key, body: { agent } })).json();
    await call("POST", `/api/sessions/${session.id}/chat`, { key, body: { messages, stream } });
    const chat = (await call("POST", "/api/v1/chat", { key })).json();
    const asked = { index_ids: [], prompt: content, model };
    await call("POST", `/api/v1/chat/${chat.session_id}/messages/stream?event_ids=1`, { key, body: asked });
    await call("GET", `/api/v1/chat/${chat.session_id}?event_ids=1&details=1`, { key });
  });
  await Promise.all(asks);
}

/**
 * Makes tools that hold secrets, has them run by the owner, by a stranger and by a key that only reads, and breaks
 * them.
 */
export async function runTools(
  { call, canaries: { plant, find }, ownerKey: key }: World,
  site: string,
  readKey: string,
): Promise<void> {
  const secrets = (name: string) => ({
    headers: { authorization: `Bearer ${plant(`tool ${name} header`)}`, "x-key": plant(`tool ${name} x-key`) },
    cookies: { session: plant(`tool ${name} cookie`) },
    params: { api_key: plant(`tool ${name} query`) },
    secrets: { token: plant(`tool ${name} secrets`) },
  });
  const urls = {
    echo: `${site}/echo?token=${plant("tool query of the address")}`,
    move: `${site}/move`,
    break: `${site}/break?token=${plant("tool query of an address that breaks")}`,
    user: `http://me:${plant("tool password of the address")}@${new URL(site).host}/echo`,
  };
  for (const [name, url] of Object.entries(urls)) {
    const slug = `bot-${name}`;
    const agent = (
      await call("POST", "/v1/bots", { key, body: { name, slug, is_public: true } })
    ).json() as unknown as { uid: string; id: string };
    const id = agent.id ?? agent.uid;
    const tool = { name: "lookup", type: "api_call", api_call: { method: "GET", url, ...secrets(name) } };
    const made = await call("POST", `/api/app/agents/${id}/tools`, { key, body: { ...tool, open_to_strangers: true } });
    expect(made.status).toBe(201);
    await call("POST", `/api/agents/${id}/tools`, { key, body: { ...tool, name: "not a name" } });
    await call("POST", `/api/app/agents/${id}/tools`, {
      key,
      body: { ...tool, api_call: { ...tool.api_call, method: 7 } },
    });
    const toolPath = `/api/agents/${id}/tools/${made.json().id}`;
    await call("PATCH", toolPath, { key, body: { description: 7 } });
    await call("PATCH", toolPath, { key: readKey, body: { description: 7 } });
    const setup = { api_key: plant(`tool ${name} setup`) };
    const integration = { name: "search", type: "integration", integration: { provider: "brave", setup } };
    expect((await call("POST", `/api/agents/${id}/tools`, { key, body: integration })).status).toBe(201);
    await call("GET", `/api/agents/${id}/tools`, { key });
    const read = await call("GET", `/api/agents/${id}/tools`, { key: readKey });
    expect([read.status, ...find(read.text)]).toEqual([200]);
    for (const path of ["/api/app/agents", `/api/app/agents/${id}`]) await call("GET", path, { key: readKey });
    expect(read.text).toContain("lookup");
    const body = { bot_slug: slug, prompt: "Look it up", stream: false };
    expect((await call("POST", "/v1/chat", { body })).text).toContain("It says");
    await call("POST", "/v1/chat", { key, body: { ...body, stream: true } });
    await call("GET", `/v1/bots/${slug}`);
    await call("GET", `/v1/bots/${slug}`, { key });
    const chat = (await call("POST", "/api/v1/chat", { key })).json();
    const ask = { index_ids: [], prompt: "Look it up", agent_id: id };
    await call("POST", `/api/v1/chat/${chat.session_id}/messages/stream`, { key, body: ask });
    await call("GET", `/api/v1/chat/${chat.session_id}`, { key });
  }
}

/** Signs in with the provider, and then, with another browser, where it refuses with what it was sent. */
export async function signInWithProvider(
  { url, canaries }: World,
  pages: readonly [Page, Page],
  refuse: () => void,
): Promise<void> {
  const [page, other] = pages;
  for (const one of pages) {
    one.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (!pathname.startsWith("/api/auth/callback/")) return;
      for (const name of ["code", "state"]) canaries.add(`${name} of the provider`, searchParams.get(name) ?? "");
    });
  }
  await comeBack(url, page);
  await expect(page.getByText("ada@login.test")).toBeVisible();
  refuse();
  await comeBack(url, other);
  await expect(other.locator(".sign-in").getByRole("alert")).toBeVisible();
}

async function comeBack(url: string, page: Page): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByRole("button", { name: /^Continue with 127/u }).click();
  await page.getByPlaceholder("Enter any login").fill("ada");
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
