import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

// One function answers the calls of all dialects that run turns. Each case here is asked through all that it concerns.

const LONG = "A long answer, piece by piece. ".repeat(20);

let api: Api;
let agentId: string;
beforeAll(async () => {
  api = await openApi();
  agentId = (await api.call("POST", "/api/agents", { body: { name: "Ada" } })).body.id;
});
afterAll(() => api.close());
beforeEach(() => {
  api.model.reset();
  api.model.onMessage(/break off/s, { content: LONG }, { truncateAfterChunks: 3, latency: 20 });
  api.model.onMessage(/refused/s, { error: { message: "no", type: "invalid_request_error" }, status: 400 });
  api.model.onMessage(/slow/s, { content: LONG }, { latency: 12 });
  api.model.onMessage(/.*/s, { content: "Hello to you." }, { latency: 10 });
});

type Call = { readonly path: string; readonly body: object; readonly sessionId: string | null };

/** A call of a dialect with a text, as a stream or not. */
type Ask = (text: string, stream: boolean) => Promise<Call>;

const completions = () => `/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`;
const julepSession = async (): Promise<string> =>
  (await api.call("POST", "/api/sessions", { body: { agent: agentId } })).body.id;

const julep: Ask = async (content, stream) => {
  const sessionId = await julepSession();
  const body = { messages: [{ role: "user", content }], stream };
  return { path: `/api/sessions/${sessionId}/chat`, body, sessionId };
};
const assistants: Ask = async (content, stream) => {
  const sessionId = await julepSession();
  const body = { messages: [{ role: "user", content }], stream, store_in_session: sessionId };
  return { path: completions(), body, sessionId };
};
const bots: Ask = async (prompt, stream) => {
  return { path: "/v1/chat", body: { bot_uid: agentId, prompt, stream }, sessionId: null };
};
const llamacloud: Ask = async (prompt) => {
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  return {
    path: `/api/v1/chat/${session_id}/messages/stream`,
    body: { index_ids: [], prompt, agent_id: agentId },
    sessionId: session_id,
  };
};

const post = ({ path, body }: Call, options: { signal?: AbortSignal; key?: string } = {}) =>
  api.send("POST", path, {
    body,
    signal: options.signal,
    headers: options.key === undefined ? {} : { "idempotency-key": options.key },
  });
const retry = ({ headers }: Response) => headers.get("x-should-retry");
const isStream = ({ headers }: Response) => headers.get("content-type")?.startsWith("text/event-stream") ?? false;

/** How the latest runs ended. */
async function latestRuns(count: number): Promise<{ status: string; error: string | null }[]> {
  const sql = `select status, error->>'code' as error from "Run" order by "createdAt" desc, id desc limit $1`;
  return (await api.server.parley.ports.database.pool.query(sql, [count])).rows;
}
const latestRun = async () => (await latestRuns(1))[0];

/** Waits until the model has been asked so many times. */
const asked = (count: number) => expect.poll(() => api.modelCalls().length).toBe(count);

const WAITING: readonly (readonly [name: string, ask: Ask, refusal: number, failedEnd: RegExp])[] = [
  ["Julep", julep, 400, /event: error\n.*llm_api_error.*\n\n$/u],
  ["assistants", assistants, 400, /data: \{"error":\{[^\n]*"upstream_error"[^\n]*\n\n$/u],
  ["bots", bots, 502, /"type":"upstream_error"[^\n]*\n\ndata: \[DONE\]\n\n$/u],
];

describe.each(WAITING)("%s", (_, ask, refusal, failedEnd) => {
  test("what fails before the provider accepts it has a status, streamed or not, and may be sent again", async () => {
    for (const stream of [false, true]) {
      const response = await post(await ask("refused", stream));
      expect([stream, response.status, isStream(response), retry(response)]).toEqual([stream, refusal, false, null]);
    }
  });

  test("what fails after that is not sent again: one JSON has a status, a stream an end", async () => {
    const whole = await post(await ask("break off", false));
    expect([whole.status, isStream(whole), retry(whole)]).toEqual([502, false, "false"]);
    const streamed = await post(await ask("break off", true));
    expect([streamed.ok, isStream(streamed)]).toEqual([true, true]);
    expect(await streamed.text()).toMatch(failedEnd);
  });

  test("a caller that hangs up ends the turn, before a word was sent and in the midst of a stream", async () => {
    for (const stream of [false, true]) {
      api.model.clearRequests();
      const before = api.server.abortedModelCalls();
      const leaving = new AbortController();
      const answer = post(await ask("slow", stream), { signal: leaving.signal });
      await asked(1);
      if (stream) await (await answer).body?.getReader().cancel();
      else leaving.abort();
      await answer.catch(() => {});
      await expect.poll(() => api.server.abortedModelCalls()).toBe(before + 1);
      await expect.poll(latestRun).toEqual({ status: "cancelled", error: "cancelled" });
    }
  });

  test("a repeat of a streamed call is a stream again, while the first runs and when it is over", async () => {
    const call = await ask("slow", true);
    const key = crypto.randomUUID();
    const first = await post(call, { key });
    const meanwhile = await post(call, { key });
    const texts = await Promise.all([first.text(), meanwhile.text()]);
    const later = await post(call, { key });
    const all = [first, meanwhile, later];
    expect(all.map((one) => [one.status, isStream(one)])).toEqual(all.map(() => [first.status, true]));
    const said = [...texts, await later.text()].map(words);
    expect(said).toEqual([LONG, LONG, LONG]);
    expect(api.modelCalls()).toHaveLength(1);
  });

  test("who leaves a repeat does not end the turn of the first", async () => {
    const call = await ask("slow", true);
    const key = crypto.randomUUID();
    const first = await post(call, { key });
    await (await post(call, { key })).body?.getReader().cancel();
    expect(words(await first.text())).toBe(LONG);
    expect(await latestRun()).toEqual({ status: "completed", error: null });
  });
});

test("LlamaCloud's stream begins at once, tells a failure at its end, and goes on without its reader", async () => {
  for (const text of ["refused", "break off"]) {
    const response = await post(await llamacloud(text, true));
    expect([response.status, isStream(response), retry(response)]).toEqual([200, true, null]);
    expect(await response.text()).toMatch(/"type":"stop","is_error":true/u);
  }
  const leaving = new AbortController();
  const response = await post(await llamacloud("slow", true), { signal: leaving.signal });
  await response.body?.getReader().cancel();
  leaving.abort();
  await expect.poll(latestRun, { timeout: 15_000 }).toEqual({ status: "completed", error: null });
});

test("who leaves a repeat of LlamaCloud's stream with cancel does not end the turn of the first", async () => {
  const { path, body } = await llamacloud("slow", true);
  const headers = { "idempotency-key": crypto.randomUUID(), "x-on-disconnect": "cancel" };
  const first = await api.send("POST", path, { body, headers });
  await (await api.send("POST", path, { body, headers })).body?.getReader().cancel();
  expect(await first.text()).toMatch(/"type":"stop","is_error":false/u);
  expect(await latestRun()).toEqual({ status: "completed", error: null });
});

describe("of several choices", () => {
  const several = (stream: boolean): Call => {
    const body = { messages: [{ role: "user", content: `choose ${stream}` }], n: 3, stream };
    return { path: completions(), body, sessionId: null };
  };

  /** What a choice of the round before still asks for counts as none of this one. */
  const asked = (stream: boolean) => new RegExp(`choose ${stream}`, "u");
  const ends = async () => (await latestRuns(3)).map(({ status }) => status).sort();

  test("one that fails before its provider accepts it ends the others, streamed or not", async () => {
    for (const stream of [false, true]) {
      api.model.reset();
      const refusal = { error: { message: "no", type: "invalid_request_error" }, status: 400 };
      api.model.on({ userMessage: asked(stream), sequenceIndex: 0 }, refusal);
      api.model.onMessage(asked(stream), { content: LONG }, { latency: 12 });
      const response = await post(several(stream));
      expect([stream, response.status, isStream(response)]).toEqual([stream, 400, false]);
      expect((await response.json()).error.code).toBe("upstream_rejected");
      await expect.poll(ends).toEqual(["cancelled", "cancelled", "failed"]);
    }
  });

  test("one that fails later ends the others, and a stream in its error", async () => {
    for (const stream of [false, true]) {
      api.model.reset();
      // The others are heard long before it breaks off.
      const breaking = { truncateAfterChunks: 3, latency: 200 };
      api.model.on({ userMessage: asked(stream), sequenceIndex: 0 }, { content: LONG }, breaking);
      api.model.onMessage(asked(stream), { content: LONG }, { latency: 12 });
      const response = await post(several(stream));
      expect([stream, response.status, retry(response)]).toEqual(stream ? [true, 200, null] : [false, 502, "false"]);
      expect(await response.text()).toMatch(stream ? /upstream_error[^\n]*\n\n$/u : /upstream_error/u);
      await expect.poll(ends).toEqual(["cancelled", "cancelled", "failed"]);
    }
  });
});

describe("a session that is deleted meanwhile", () => {
  const STORING: readonly (readonly [name: string, ask: Ask, error: object])[] = [
    ["Julep", julep, { error: { code: "http_404", message: "Session not found" } }],
    ["assistants", assistants, { error: { code: "session_not_found", param: "store_in_session" } }],
  ];

  test.each(STORING)("is 404 in %s, not to be sent again, and the last of a stream", async (_, ask, error) => {
    for (const stream of [false, true]) {
      api.model.clearRequests();
      const call = await ask("slow", stream);
      const answer = post(call);
      await asked(1);
      if (stream) await answer;
      await api.call("DELETE", `/api/sessions/${call.sessionId}`);
      const response = await answer;
      if (stream) {
        const last = (await response.text()).trimEnd().split("\n").at(-1) ?? "";
        expect(JSON.parse(last.slice("data: ".length))).toMatchObject(error);
      } else {
        expect([response.status, retry(response)]).toEqual([404, "false"]);
        expect(await response.json()).toMatchObject(error);
      }
    }
  });
});

test("a key that is none is refused before anything is asked or stored", async () => {
  for (const ask of [julep, assistants, bots, llamacloud]) {
    const response = await post(await ask("hi", false), { key: "two words" });
    expect([response.status, JSON.stringify(await response.json())]).toEqual([
      422,
      expect.stringContaining("Idempotency-Key"),
    ]);
  }
  expect(api.modelCalls()).toEqual([]);
});

/** What the frames of a stream say, joined: of any dialect that tells texts piece by piece. */
const words = (text: string): string =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)))
    .map((data) => data.content ?? data.choices?.[0]?.delta.content ?? "")
    .join("");
