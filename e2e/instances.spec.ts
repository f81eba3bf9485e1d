import { LLMock } from "@copilotkit/aimock";
import { expect, test } from "@playwright/test";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { startServer, type WatchedServer } from "./server.ts";

// Two instances on one PostgreSQL count together, and know each other's requests.

const KEY = "the same key for all instances";
const LIMIT = 20;
const POSTS = 200;
const REPEATS = 50;

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let model: LLMock;
let instances: WatchedServer[];

test.beforeAll(async () => {
  postgres = await startPostgres();
  model = new LLMock({ port: 0, logLevel: "silent" });
  await model.start();
  // Slow enough that all posts of a test come while the first still runs.
  model.onMessage(/./su, { content: "It is deductible." }, { latency: 300 });
  const shared = {
    DATABASE_URL: `${postgres.url}/postgres`,
    PARLEY_API_KEY: KEY,
    NEXTAUTH_SECRET: "the same secret for all",
    OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    OPENAI_API_KEY: "mock",
    OPENAI_MODEL: "test-model",
    TURNS_PER_MINUTE: String(LIMIT),
  };
  instances = await Promise.all([startServer(shared), startServer(shared)]);
});
test.afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.kill("SIGTERM")));
  await model.stop();
  await postgres.stop();
});

test(`${REPEATS} posts with one key to both are one run, ${POSTS} without one are ${LIMIT} with it`, async () => {
  const repeats = await together(REPEATS, { "idempotency-key": "order-7" });
  expect(repeats.map(({ status }) => status)).toEqual(Array.from({ length: REPEATS }, () => 200));
  expect(new Set(repeats.map(({ text }) => text))).toEqual(new Set(['{"content":"It is deductible."}']));
  expect(model.getRequests()).toHaveLength(1);

  const posts = await together(POSTS, {});
  const count = (status: number) => posts.filter((post) => post.status === status).length;
  // The run above is one of the minute's.
  expect([count(200), count(429)]).toEqual([LIMIT - 1, POSTS - LIMIT + 1]);
  expect(model.getRequests()).toHaveLength(LIMIT);
  // Neither counts by itself: it would have run twenty of its own hundred, and both together forty.
  for (const n of [0, 1])
    expect(posts.filter((post, at) => at % 2 === n && post.status === 429).length).toBeGreaterThan(0);
});

/** So many posts at once, every other to the second instance. */
const together = (count: number, headers: Readonly<Record<string, string>>) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const response = await fetch(`${instances[n % 2]?.url}/v1/chat`, {
        method: "POST",
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers },
        body: JSON.stringify({ bot_slug: "taxson", prompt: "Can I deduct a desk?", stream: false }),
      });
      return { status: response.status, text: await response.text() };
    }),
  );
