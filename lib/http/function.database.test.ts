import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

// A function of Vercel has a PostgreSQL.
const isServer = process.env.TEST_DATABASE === "postgresql";
const SETTINGS = {
  VERCEL: "1",
  VERCEL_ENV: "production",
  VERCEL_PROJECT_PRODUCTION_URL: "parley.test",
  NEXTAUTH_SECRET: "a secret for cookies in tests",
  CRON_SECRET: "a secret for the timetable",
  // What a step of the deploy does elsewhere.
  MIGRATE: "start",
};

let api: Api | undefined;
beforeAll(async () => {
  if (!isServer) return;
  api = await openApi(SETTINGS);
  api.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(async () => {
  await api?.close();
  for (const name of Object.keys(SETTINGS)) delete process.env[name];
});

test.runIf(isServer)("a body that Vercel would refuse is refused in the dialect's own shape", async () => {
  const { body: agent } = (await api?.call("POST", "/api/agents", { body: { name: "Ada" } })) ?? {};
  const { body: session } = (await api?.call("POST", "/api/sessions", { body: { agent: agent.id } })) ?? {};
  const chat = (length: number) =>
    api?.call("POST", `/api/sessions/${session.id}/chat`, {
      body: { messages: [{ role: "user", content: "x".repeat(length) }] },
    });
  expect(await chat(4_300_000)).toMatchObject({ status: 413, body: { error: { code: "http_413" } } });
  expect((await chat(3000))?.status).toBe(201);
});

test.runIf(isServer)("a function prints no link, and strangers stay out", async () => {
  expect(api?.server.parley.ownerToken).toBeNull();
  expect(api?.server.parley.settings).toMatchObject({ guests: false, signUp: false, trustedProxies: 1 });
});
