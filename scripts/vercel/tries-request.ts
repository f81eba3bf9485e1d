import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { askIn, call, json, leaveAfter, newSession, read, storedOf, until, untilFrozen } from "./calls.ts";
import type { Front } from "./front.ts";
import { SLOW, SLOW_ANSWER, TITLE } from "./paced-model.ts";
import type { Try } from "./try.ts";
import { CRON_SECRET, KEY, type World } from "./world.ts";

const LEAVE_MS = 1500;
const MOST_HANG_UP_MS = 2000;
const OPENAI = "/api/v1/compatibility/openai/v1/assistants";

/** Does something with the functions behind one edge, and ends them. */
const withFront =
  (
    run: (world: World, front: Front) => Promise<string | undefined>,
    change: Readonly<Record<string, string | undefined>> = {},
  ) =>
  async (world: World) => {
    const front = await world.front(change);
    try {
      return await run(world, front);
    } catch (thrown) {
      for (const instance of front.instances()) console.error(instance.output().slice(-3000));
      throw thrown;
    } finally {
      await front.close();
    }
  };

const MISSING = { PARLEY_API_KEY: undefined, NEXTAUTH_SECRET: undefined, DATABASE_URL: undefined } as const;

/** A call of each dialect, and where its error says what is wrong. */
const DIALECTS = [
  ["GET", "/api/v1/chat", "detail"],
  ["GET", "/api/sessions", "message"],
  ["GET", OPENAI, "detail"],
  ["GET", "/v1/bots", "detail"],
] as const;

export const requestTries: readonly Try[] = [
  {
    name: "settings that are missing are named, all at once, in each dialect's shape, in the health and as a page",
    run: withFront(async (_, front) => {
      const names = Object.keys(MISSING);
      const saysAll = (text: string) =>
        assert.deepEqual(
          names.filter((name) => !text.includes(name)),
          [],
          text,
        );
      for (const [method, path, field] of DIALECTS) {
        const response = await call(front, method, path);
        assert.equal(response.status, 503, path);
        saysAll(String((await response.json())[field]));
      }
      const health = await fetch(`${front.url}/api/health`);
      assert.equal(health.status, 503);
      saysAll(await health.text());
      const page = await fetch(`${front.url}/`);
      assert.equal(page.status, 503);
      assert.match(page.headers.get("content-type") ?? "", /^text\/html/u);
      saysAll(await page.text());
      return undefined;
    }, MISSING),
  },
  {
    name: "every dialect answers, strangers do not come in, and headers are complete",
    run: withFront(async (_, front) => {
      const begunAt = Date.now();
      assert.deepEqual(await json(front, "GET", "/api/health"), await json(front, "GET", "/api/health"));
      const coldMs = Date.now() - begunAt;
      const session = await newSession(front);
      assert.match((await read(await askIn(front, session, "hi"))).text, /Certainly\./u);
      const { id: agent } = await json(front, "POST", "/api/agents", { name: "Ada" });
      const { id } = await json(front, "POST", "/api/sessions", { agent });
      const chat = await json(front, "POST", `/api/sessions/${id}/chat`, {
        messages: [{ role: "user", content: "hi" }],
      });
      assert.equal(chat.choices[0].message.content, "Certainly.");
      const asked = { messages: [{ role: "user", content: "hi" }] };
      const completion = await json(front, "POST", `${OPENAI}/${agent}/chat/completions`, asked);
      assert.equal(completion.choices[0].message.content, "Certainly.");
      assert.deepEqual(await json(front, "POST", "/v1/chat", { bot_slug: "taxson", prompt: "hi", stream: false }), {
        content: "Certainly.",
      });
      // A template of a caller is rendered in a thread.
      const situated = await json(front, "POST", "/api/sessions", {
        agent,
        system_template: "{% for n in [1,2] %}{{n}}{% endfor %}",
      });
      const rendered = await json(front, "POST", `/api/sessions/${situated.id}/render`, asked);
      assert.equal(rendered.messages[0].content, "12");
      const stranger = await fetch(`${front.url}/api/v1/chat`, {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin" },
      });
      assert.equal(stranger.status, 401);
      const page = await fetch(`${front.url}/sign-in`);
      assert.equal(page.status, 200);
      assert.match(page.headers.get("content-security-policy") ?? "", /nonce-/u);
      const script = /src="(\/_next\/static\/[^"]+)"/u.exec(await page.text())?.[1] ?? "/favicon.svg";
      const file = await fetch(`${front.url}${script}`);
      assert.deepEqual([file.status, file.headers.get("x-content-type-options")], [200, "nosniff"]);
      return `the first answer after ${coldMs} ms`;
    }),
  },
  {
    name: "a body that the platform would refuse is refused in the dialect's own shape",
    run: withFront(async (_, front) => {
      const { id: agent } = await json(front, "POST", "/api/agents", { name: "Ada" });
      const { id } = await json(front, "POST", "/api/sessions", { agent });
      const content = "x".repeat(4_300_000);
      const response = await call(front, "POST", `/api/sessions/${id}/chat`, { messages: [{ role: "user", content }] });
      assert.equal(response.status, 413);
      assert.equal((await response.json()).error.code, "http_413");
      return undefined;
    }),
  },
  {
    name: "a title is made behind the answer, and connections are closed before the functions stand still",
    run: withFront(async (world, front) => {
      const session = await newSession(front);
      await read(await askIn(front, session, "Why?"));
      await untilFrozen(front);
      const [found] = await world.query(`select title, "titleSource"::text as source from "Session" where id = $1`, [
        session,
      ]);
      assert.deepEqual(found, { title: TITLE, source: "model" });
      const open = async () => {
        const [found] = await world.query<{ n: number }>(
          "select count(*)::int as n from pg_stat_activity where application_name = 'parley'",
        );
        return found?.n;
      };
      // A backend ends a moment after its client has gone; what stands still closes nothing.
      await until(async () => (await open()) === 0, "no connection is open", 2000);
      return undefined;
    }),
  },
  {
    name: "a document is read behind the answer and found, though the functions stand still afterwards",
    run: withFront(async (_, front) => {
      const { id: index } = await json(front, "POST", "/api/app/indexes", { name: "Handbooks" });
      const response = await fetch(`${front.url}/api/app/docs/upload?index_id=${index}&name=handbook.pdf`, {
        method: "POST",
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/pdf", connection: "close" },
        body: readFileSync("lib/ingest/fixtures/handbook.pdf"),
      });
      const { id, detail } = await response.json();
      assert.equal(response.status, 201, detail);
      await untilFrozen(front);
      const { state, reason } = await json(front, "GET", `/api/app/docs/${id}`);
      assert.deepEqual({ state, reason }, { state: "ready", reason: "" });
      const asked = { question: "handbookword7" };
      const { mode, hits } = await json(front, "POST", `/api/app/indexes/${index}/ask`, asked);
      assert.equal(hits[0]?.page_from, 7);
      return `found by ${mode}`;
    }),
  },
  {
    name: "an answer that goes on without its reader is whole, though its function stands still afterwards",
    run: withFront(async (world, front) => {
      const session = await newSession(front);
      const path = `/api/v1/chat/${session}/messages/stream`;
      await leaveAfter(front, path, { index_ids: [], prompt: `Tell me ${SLOW}` }, LEAVE_MS);
      await untilFrozen(front);
      assert.deepEqual(await storedOf(world, session), { status: "completed", attempts: 1, said: SLOW_ANSWER });
      return undefined;
    }),
  },
  {
    name: "whoever hangs up ends the model call within two seconds, in the dialects where that is the stop",
    run: withFront(async ({ model }, front) => {
      const { id: agent } = await json(front, "POST", "/api/agents", { name: "Ada" });
      const { id } = await json(front, "POST", "/api/sessions", { agent });
      const messages = [{ role: "user", content: `Tell me ${SLOW}` }];
      const took: number[] = [];
      for (const [path, body] of [
        [`/api/sessions/${id}/chat`, { messages, stream: true }],
        [`${OPENAI}/${agent}/chat/completions`, { messages, stream: true }],
        ["/v1/chat", { bot_slug: "taxson", prompt: `Tell me ${SLOW}`, stream: true }],
      ] as const) {
        const { leftAt } = await leaveAfter(front, path, body, LEAVE_MS);
        await until(() => model.calls.at(-1)?.leftAt !== null, `${path} ends its model call`);
        took.push((model.calls.at(-1)?.leftAt ?? Number.POSITIVE_INFINITY) - leftAt);
      }
      assert.ok(Math.max(...took) < MOST_HANG_UP_MS, `${took}`);
      return `${took.join(", ")} ms`;
    }),
  },
  {
    name: "the sweep is Vercel's alone, and goes on with the turn that was left before the build",
    run: withFront(async (world, front) => {
      const statusOf = async () =>
        (await world.query<{ status: string }>(`select status::text from "Run" where id = $1`, [world.leftRunId]))[0]
          ?.status;
      assert.equal(await statusOf(), "running");
      assert.equal((await fetch(`${front.url}/api/cron`)).status, 401);
      const headers = { authorization: `Bearer ${CRON_SECRET}`, "user-agent": "vercel-cron/1.0" };
      const swept = await fetch(`${front.url}/api/cron`, { headers });
      assert.deepEqual([swept.status, await swept.json()], [200, { taken_over: 1 }]);
      await untilFrozen(front);
      assert.equal(await statusOf(), "completed");
      return undefined;
    }),
  },
  {
    name: "who is counted by address is counted by the platform's",
    run: withFront(
      async (_, front) => {
        const statuses: number[] = [];
        for (let n = 0; n < 4; n++) {
          // What a caller writes into the header is not believed.
          const headers = { authorization: `Bearer ${KEY}`, "x-forwarded-for": `198.51.100.${n}` };
          statuses.push((await fetch(`${front.url}/api/v1/chat`, { headers })).status);
        }
        assert.deepEqual(statuses, [200, 200, 200, 429]);
        return undefined;
      },
      { REQUESTS_PER_MINUTE: "3" },
    ),
  },
];
