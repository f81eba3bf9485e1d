import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { newId } from "../lib/domain/ids.ts";
import { hashKey } from "../lib/server/keys.ts";
import { freePort } from "../lib/testing/free-port.ts";
import { openCanaries } from "./canaries.ts";
import {
  addProviders,
  askCron,
  askFailingModel,
  callAsStranger,
  caller,
  changeAndLeave,
  runTools,
  signInWithProvider,
  signUpAndIn,
} from "./canary-calls.ts";
import { columnsOf, startCollector, startModel, startSite, startStores } from "./canary-world.ts";
import { startProvider } from "./oidc-provider.ts";
import { bodyOf, signInAsOwner, startServer, type WatchedServer } from "./server.ts";

// A secret of its own is planted in every place where one can enter, and then everything that the server has said or
// kept is searched for a piece of any of them.

/** Where a secret is meant to be. */
const BY_DESIGN: readonly (readonly [secret: RegExp, place: RegExp, why: string])[] = [
  [/^tool/u, /^column Tool\.spec$/u, "a tool sends them"],
  [
    /^tool/u,
    /^answer (?:POST|GET|PATCH) \/api\/(?:app\/)?agents\/[\w-]+\/tools/u,
    "the owner's whole key sees its tools",
  ],
  [/^tool/u, /^answer GET \/agents\/[\w-]+$/u, "the owner's page of an agent shows its tools"],
  [/^metadata/u, /^column (?:Agent|User|Session)\.metadata$/u, "it is what the caller keeps there"],
  [/^metadata/u, /^answer (?:POST|GET) \/api\/(?:agents|users|sessions)/u, "its caller reads it back"],
  [/^key just made$/u, /^answer POST \/api\/app\/keys$/u, "it is told once"],
  [
    /^query/u,
    /^answer (?:GET|POST) \/(?:sign-in|docs|account|nowhere)?$/u,
    "a page's payload repeats its own address to who asked for it",
  ],
  [/^token of/u, /^answer (?:GET|POST) \/sign-in\/link$/u, "the page of a link sends its token"],
  [/^state of the provider$/u, /^answer POST \/api\/auth\/signin\/oidc$/u, "the browser takes it to the provider"],
  [/^csrf token$/u, /^answer GET \/api\/auth\/csrf$/u, "the form of the page sends it"],
];

const canaries = openCanaries();
const { plant } = canaries;
const settings = {
  openai: plant("OPENAI_API_KEY", "sk-"),
  parley: plant("PARLEY_API_KEY", "pk_"),
  secret: plant("NEXTAUTH_SECRET"),
  database: plant("DATABASE_URL"),
  direct: plant("DATABASE_URL_UNPOOLED"),
  redis: plant("REDIS_URL"),
  cron: plant("CRON_SECRET"),
  oidc: plant("OIDC_CLIENT_SECRET"),
  github: plant("GITHUB_CLIENT_SECRET"),
  google: plant("GOOGLE_CLIENT_SECRET"),
  otel: plant("OTEL_EXPORTER_OTLP_HEADERS"),
};
const readKey = plant("key that only reads", "pk_");

const clean: (() => Promise<unknown>)[] = [];
let stores: Awaited<ReturnType<typeof startStores>>;
let collector: Awaited<ReturnType<typeof startCollector>>;
let server: WatchedServer;
let ownerLink = "";
let ownerCookie = "";
let isEchoing = false;
let call: ReturnType<typeof caller>;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [model, site] = await Promise.all([startModel(), startSite()]);
  collector = await startCollector();
  stores = await startStores(settings);
  const provider = await startProvider(`${url}/api/auth/callback/oidc`, {
    clientSecret: settings.oidc,
    before(request, response) {
      if (!isEchoing || !request.url?.startsWith("/token")) return false;
      const said = `${request.headers.authorization} ${Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64")}`;
      const error = { error: "invalid_client", error_description: `No such secret: ${said}` };
      response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(error));
      return true;
    },
  });
  server = await startServer({
    PORT: String(port),
    NEXTAUTH_URL: url,
    LOG_LEVEL: "trace",
    DATABASE_URL: stores.databaseUrl,
    DATABASE_URL_UNPOOLED: stores.directUrl,
    CRON_SECRET: settings.cron,
    REDIS_URL: stores.redisUrl,
    OPENAI_API_KEY: settings.openai,
    OPENAI_BASE_URL: `${model.url}/v1`,
    OPENAI_MODEL: "test-model",
    OPENAI_EMBEDDING_MODEL: "test-embedding",
    PARLEY_API_KEY: settings.parley,
    NEXTAUTH_SECRET: settings.secret,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: settings.oidc,
    GITHUB_CLIENT_ID: "parley",
    GITHUB_CLIENT_SECRET: settings.github,
    GOOGLE_CLIENT_ID: "parley",
    GOOGLE_CLIENT_SECRET: settings.google,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${settings.otel}`,
    OUTBOUND_ALLOW: [site.host, model.host].join(","),
    REQUESTS_PER_MINUTE: "100000",
    TURNS_PER_MINUTE: "100000",
    SIGN_UP: "on",
    GUESTS: "on",
  });
  clean.push(model.close, site.close, provider.close, collector.close);
  ownerLink = /Sign in as its owner, once: (\S+)/u.exec(server.output())?.[1] ?? "";
  canaries.add("token of the owner's link", ownerLink);
  await makeReadKey();
  call = caller(url);
  const world = { call, url, canaries, ownerKey: settings.parley };
  const page = await (await browser.newContext()).newPage();
  await signUpAndIn(world);
  await changeAndLeave(world);
  await askCron(world, settings.cron);
  await callAsStranger(world);
  await askFailingModel(world);
  await runTools(world, site.url, readKey);
  const other = await (await browser.newContext()).newPage();
  await signInWithProvider(world, [page, other], () => {
    isEchoing = true;
  });
  for (const { name, value } of await page.context().cookies()) {
    if (!name.includes("callback-url")) canaries.add(`cookie ${name}`, value);
  }
  await signInAsOwner(page, server);
  const cookies = async () => (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  await addProviders(world, model.url, await cookies());
  await seePages(page);
  expect((await call("GET", "/api/metrics", { key: settings.parley })).status).toBe(200);
  ownerCookie = await cookies();
});

test.afterAll(async () => {
  server?.process.kill("SIGKILL");
  for (const close of clean) await close();
  await stores?.stopRedis();
});

test("no secret leaves the place that it is meant for", async () => {
  await test.step("no secret is in what the server prints, and the owner's link is there once", () => {
    const printed = server.output().split(ownerLink);
    expect.soft(printed).toHaveLength(2);
    expect.soft(findings(printed.map((text) => ({ place: "log", text })))).toEqual([]);
  });
  await test.step("no secret is in an answer that is not meant to show it", () => {
    expect(answers().length).toBeGreaterThan(100);
    expect.soft(findings(answers())).toEqual([]);
  });
  await test.step("no error tells of the inside: stacks, files, SQL, what stands behind", () => {
    for (const { place, text } of answers().filter(({ isError }) => isError))
      expect.soft(inside(text), place).toEqual([]);
  });
  await test.step("no secret is in a column or in Redis, but where a tool sends it", async () => {
    // Of a turn that runs, its plan holds the tools.
    const running = () => stores.pool.query(`select 1 from "Run" where "endedAt" is null`);
    await expect.poll(async () => (await running()).rowCount).toBe(0);
    const columns = [...(await columnsOf(stores.pool))].map(([place, text]) => ({ place: `column ${place}`, text }));
    expect(columns.length).toBeGreaterThan(100);
    expect.soft(findings([...columns, { place: "Redis", text: await stores.redisText() }])).toEqual([]);
  });
  await test.step("no secret and no source is in what browsers load", async () => {
    const folder = join(import.meta.dirname, "../.next/static");
    const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const files = entries.filter((file) => statSync(join(folder, file)).isFile());
    expect.soft(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    const bundles = files.map((file) => ({
      place: `bundle ${file}`,
      text: readFileSync(join(folder, file), "latin1"),
    }));
    expect.soft(findings(bundles)).toEqual([]);
    const script = files.find((file) => file.endsWith(".js"));
    expect.soft((await call("GET", `/_next/static/${script}.map`)).status).toBe(404);
  });
  await test.step("an error of the database says nothing of it, to nobody", async () => {
    const before = answers().length;
    await stores.stopDatabase();
    for (const path of ["/api/agents", "/api/v1/chat", "/v1/bots/taxson"]) {
      expect.soft((await call("GET", path, { key: settings.parley })).status).toBeGreaterThanOrEqual(500);
    }
    for (const path of ["/api/app/keys", "/account"]) {
      expect
        .soft((await call("GET", path, { headers: { cookie: ownerCookie } })).status, path)
        .toBeGreaterThanOrEqual(500);
    }
    const later = answers().slice(before);
    expect.soft(findings(later)).toEqual([]);
    for (const { text, place } of later) expect.soft(inside(text), place).toEqual([]);
    expect.soft(findings([{ place: "log", text: server.output().replace(ownerLink, "") }])).toEqual([]);
  });
  await test.step("no secret is in metrics and traces, the last of which are sent at the end", async () => {
    await server.kill("SIGTERM");
    const sent = collector.bodies().map((text) => ({ place: `telemetry ${text.split(" ")[0]}`, text }));
    expect
      .soft(new Set(sent.map(({ place }) => place)))
      .toEqual(new Set(["telemetry /v1/traces", "telemetry /v1/metrics"]));
    expect.soft(findings(sent)).toEqual([]);
  });
});

/** What is found where it is not meant to be: `secret in place`, and of a log the line. */
function findings(places: readonly { readonly place: string; readonly text: string }[]): string[] {
  const found = new Map<string, string>();
  for (const { place, text } of places) {
    for (const line of place === "log" ? text.split("\n") : [text]) {
      for (const secret of canaries.find(line)) {
        const isMeant = BY_DESIGN.some(([name, where]) => name.test(secret) && where.test(place));
        if (!isMeant) found.set(`${secret} in ${place}`, place === "log" ? line.slice(0, 300) : "");
      }
    }
  }
  return [...found].map((one) => one.join(" ")).sort();
}

const INSIDE = [
  "\\n    at ",
  "\n    at ",
  "node_modules",
  "file://",
  process.cwd(),
  "ECONNREFUSED",
  "x-powered-by",
  'from "',
  'into "',
  "PrismaClient",
];

/** What of the inside an error tells. */
const inside = (text: string): string[] => [...INSIDE, stores.host].filter((part) => text.includes(part));

/** Every answer so far, headers and body. A cookie is meant for the browser that gets it. */
function answers() {
  return server.answers().map((answer) => {
    const { "set-cookie": _, ...headers } = answer.headers;
    const path = answer.url.replace(/\?.*$/su, "");
    const isError = answer.status >= 400;
    return { place: `answer ${answer.method} ${path}`, text: `${JSON.stringify(headers)}\n${bodyOf(answer)}`, isError };
  });
}

async function makeReadKey(): Promise<void> {
  await stores.pool.query(
    `insert into "ApiKey" (id, "accountId", hash, hint, name, scopes)
     select $1, id, $2, 'pk_…', 'reads', '{read-only}' from "Account" where "isOwner"`,
    [newId(), hashKey(readKey)],
  );
}

/** Sees the pages as the owner, whose tools and keys they show. */
async function seePages(page: Page): Promise<void> {
  const agents = await stores.pool.query<{ id: string }>(`select "agentId" as id from "Tool" group by 1`);
  const paths = ["/account", "/agents", "/indexes", "/docs", ...agents.rows.map(({ id }) => `/agents/${id}`)];
  for (const path of paths) {
    await page.goto(`${server.url}${path}`);
    await page.waitForLoadState("load");
  }
}
