import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

const SLOW =
  "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";
let api: Api;
beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/slow/, { content: SLOW }, { latency: 60 });
  api.model.onMessage(/./, { content: "The answer" });
});
afterAll(() => api.close());

const newSession = async (): Promise<string> => (await api.call("POST", "/api/v1/chat", { body: {} })).body.session_id;
const ask = (id: string, prompt: string, more: object = {}) =>
  api.call("POST", `/api/v1/chat/${id}/messages/stream`, { body: { index_ids: [], prompt, ...more } });
const window = async (id: string, query = "") => (await api.call("GET", `/api/app/sessions/${id}/turns${query}`)).body;
const questions = (body: { events: { type: string; content: string }[] }) =>
  body.events.flatMap(({ type, content }) => (type === "user_input" ? [content] : []));

/** Puts so many old exchanges, each of its own run-less two messages, at the beginning of an empty session. */
async function fill(id: string, exchanges: number, text = "'Answer ' || n"): Promise<void> {
  await api.server.parley.ports.database.pool.query(
    `insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
     select gen_random_uuid(), s.id, s."activeBranchId", n, case n % 2 when 0 then 'user' else 'assistant' end,
       case n % 2 when 0 then 'api_request' else 'api_response' end,
       json_build_array(json_build_object('type', 'text', 'text', case n % 2 when 0 then 'Question ' || n / 2 else ${text} end))
     from "Session" s, generate_series(0, $2::int * 2 - 1) n where s.id = $1`,
    [id, exchanges],
  );
}

test("a window has the last turns, and each place the turns before it, to the first; none twice, none left out", async () => {
  const id = await newSession();
  await fill(id, 25);
  const read: string[][] = [];
  let body = await window(id, "?limit=10");
  expect(body.session.session_id).toBe(id);
  for (;;) {
    read.unshift(questions(body));
    if (body.before === null) break;
    body = await window(id, `?limit=10&before=${body.before}`);
  }
  expect(read.map(({ length }) => length)).toEqual([5, 10, 10]);
  expect(read.flat()).toEqual(Array.from({ length: 25 }, (_, n) => `Question ${n}`));
});

test("what windows tell together is what the session's own history tells", async () => {
  const id = await newSession();
  for (const prompt of ["One", "Two", "Three"]) await ask(id, prompt);
  const whole = (await api.call("GET", `/api/v1/chat/${id}?event_ids=1&details=1`)).body;
  const last = await window(id, "?limit=1");
  const before = await window(id, `?limit=2&before=${last.before}`);
  expect([...before.events, ...last.events]).toEqual(whole.events);
  const { events: _, ...summary } = whole;
  expect(last.session).toEqual(summary);
  expect([last.running, before.running, before.before]).toEqual([null, null, null]);
});

test("a place stays right when a turn is asked anew from before it", async () => {
  const id = await newSession();
  await fill(id, 10);
  const last = await window(id, "?limit=3");
  const { events } = await window(id, "?limit=1");
  const parent = events.at(-1).message_id;
  await ask(id, "Ten", { parent_id: parent });
  await ask(id, "Other ten", { parent_id: parent });
  expect(questions(await window(id, "?limit=2"))).toEqual(["Question 9", "Other ten"]);
  expect(questions(await window(id, `?limit=2&before=${last.before}`))).toEqual(["Question 5", "Question 6"]);
});

test("a window of large turns has fewer of them, and one at least", async () => {
  const id = await newSession();
  // Noise, which no database packs.
  await fill(id, 8, "(select string_agg(md5(n::text || m), '') from generate_series(1, 9000) m)");
  const body = await window(id);
  expect(questions(body)).toEqual(["Question 7"]);
  expect(body.before).not.toBeNull();
});

test("a window costs the same in a session of 10,000 messages as in one of 100", async () => {
  const [short, long] = [await newSession(), await newSession()];
  await fill(short, 50);
  await fill(long, 5000);
  await api.server.parley.ports.database.pool.query(`analyze "Message"`);
  const timed = async (id: string) => {
    const times: number[] = [];
    for (let n = 0; n < 9; n++) {
      const from = performance.now();
      expect(questions(await window(id))).toHaveLength(40);
      times.push(performance.now() - from);
    }
    return times.toSorted((a, b) => a - b)[4] ?? 0;
  };
  await timed(short);
  const [a, b] = [await timed(short), await timed(long)];
  // The rest is for a machine that does other things; a window that read the line would take twenty times as long.
  expect(b).toBeLessThan(a * 3 + 20);
});

test.each(["x", "1.2", "01970000-0000-7000-8000-00000000000a", "01970000-0000-7000-8000-00000000000a.-1"])(
  "a place that no window has given is refused: %s",
  async (before) => {
    const id = await newSession();
    const { status, body } = await api.call("GET", `/api/app/sessions/${id}/turns?before=${before}`);
    expect([status, body.detail[0].loc]).toEqual([422, ["query", "before"]]);
  },
);

test("a place on another session's branch is not found, and no limit is above 100", async () => {
  const [one, two] = [await newSession(), await newSession()];
  await fill(one, 3);
  const { before } = await window(one, "?limit=1");
  expect((await api.call("GET", `/api/app/sessions/${two}/turns?before=${before}`)).status).toBe(404);
  expect((await api.call("GET", `/api/app/sessions/${two}/turns?limit=101`)).status).toBe(422);
});

test("lesson 1: the turn that runs is in the window with all it has said, and its stream goes on right there", async () => {
  const id = await newSession();
  const response = await api.send("POST", `/api/v1/chat/${id}/messages/stream?event_ids=1`, {
    body: { index_ids: [], prompt: "slow" },
  });
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!seen.includes("three")) seen += (await reader.read()).value ?? "";
  const body = await window(id);
  await reader.cancel();
  const said = body.events.flatMap((event: { type: string; content: string }) =>
    event.type === "text_delta" || event.type === "text" ? [event.content] : [],
  );
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("three");
  const { after, at } = body.running;
  const rest = await api.call("GET", `/api/v1/chat/${id}/messages/stream?event_ids=1&after=${after}&at=${at}`);
  const pieces = [...rest.body.matchAll(/"type":"text_delta","content":"([^"]*)"/gu)].map(([, text]) => text);
  expect(said[0] + pieces.join("")).toBe(SLOW);
});

test("from the place of a question its turn and those after it are read, to the last", async () => {
  const id = await newSession();
  await fill(id, 25);
  const { items } = (await api.call("GET", `/api/app/sessions/${id}/outline`)).body;
  const read: string[][] = [];
  let place: string | null = items[3].place;
  while (place !== null) {
    const body: Awaited<ReturnType<typeof window>> = await window(id, `?limit=10&from=${place}`);
    read.push(questions(body));
    place = body.after;
  }
  expect(read.map(({ length }) => length)).toEqual([10, 10, 2]);
  expect(read.flat()).toEqual(Array.from({ length: 22 }, (_, n) => `Question ${n + 3}`));
});

test("from a place large turns are read too: as many as a window holds, from that place on", async () => {
  const id = await newSession();
  await fill(id, 8, "(select string_agg(md5(n::text || m), '') from generate_series(1, 5000) m)");
  const { items } = (await api.call("GET", `/api/app/sessions/${id}/outline`)).body;
  const body = await window(id, `?from=${items[1].place}`);
  const read = questions(body);
  expect(read[0]).toBe("Question 1");
  expect(read.length).toBeLessThan(7);
  expect(body.after).toBe(items[1 + read.length].place);
});

test("lesson 25: the outline has every question of a session of 10,000 messages, page by page, without its answers", async () => {
  const id = await newSession();
  await fill(id, 5000);
  const read: string[] = [];
  let pages = 0;
  for (let place: string | null = ""; place !== null; pages++) {
    const query: string = place === "" ? "" : `?from=${place}`;
    const { body } = await api.call("GET", `/api/app/sessions/${id}/outline${query}`);
    read.push(...body.items.map((item: { text: string }) => item.text));
    place = body.next;
  }
  expect(pages).toBe(10);
  expect(read).toEqual(Array.from({ length: 5000 }, (_, n) => `Question ${n}`));
});
