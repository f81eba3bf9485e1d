import { expect, test } from "@playwright/test";
import { freePort } from "../lib/testing/free-port.ts";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { startServer, type WatchedServer } from "./server.ts";

const KEY = "the same key for all instances";
const PROMPT = "Write 600 words";

type Event = { type: string; content?: string; status?: string; continues?: true };

test("lesson 14: kill -9 in mid-answer: the next start completes the answer, without a gap and with nothing twice", async () => {
  const first = await startServer({ PARLEY_API_KEY: KEY });
  const whole = await answerWithout(first);
  const { session, seen } = await askAndReadSome(first);
  await first.kill("SIGKILL");
  expect(seen.length).toBeGreaterThan(100);

  const second = await startServer({ PARLEY_API_KEY: KEY, DATA_DIR: first.dataDir, PORT: String(first.port) });
  const { text, stop } = await finished(second, session);
  await second.kill("SIGTERM");
  expect(text.startsWith(seen.slice(0, seen.length - 100))).toBe(true);
  expect(text).toBe(whole);
  expect(stop?.status).toBe("completed");
});

test("lesson 14: a server that is told to go in mid-answer hands the turn over, and the next start completes it", {
  tag: "@nightly",
}, async () => {
  const first = await startServer({ PARLEY_API_KEY: KEY });
  const whole = await answerWithout(first);
  const { session } = await askAndReadSome(first);
  // SIGINT waits a second for running turns, SIGTERM twenty.
  await first.kill("SIGINT");
  const second = await startServer({ PARLEY_API_KEY: KEY, DATA_DIR: first.dataDir, PORT: String(first.port) });
  const { text, stop } = await finished(second, session);
  await second.kill("SIGTERM");
  expect(text).toBe(whole);
  expect(stop?.status).toBe("completed");
});

test("two instances on one PostgreSQL: when one is killed, the other takes its turn over", {
  tag: "@nightly",
}, async () => {
  const postgres = await startPostgres();
  const DATABASE_URL = `${postgres.url}/postgres`;
  const shared = { DATABASE_URL, PARLEY_API_KEY: KEY, NEXTAUTH_SECRET: "the same secret for all" };
  const [first, second] = await Promise.all([startServer(shared), startServer(shared)]);
  try {
    const whole = await answerWithout(second);
    const { session, seen } = await askAndReadSome(first);
    const follower = readFollowed(second, session);
    await first.kill("SIGKILL");
    const { text, stop } = await finished(second, session);
    expect(text.startsWith(seen.slice(0, seen.length - 100))).toBe(true);
    expect(text).toBe(whole);
    expect(stop?.status).toBe("completed");
    expect(await follower).toBe(whole);
  } finally {
    await second.kill("SIGTERM");
    await postgres.stop();
  }
});

test("a second process on one data directory is refused with the name of the first", async () => {
  const first = await startServer();
  const refused = await startServer({ DATA_DIR: first.dataDir, PORT: String(await freePort()) }).catch(String);
  await first.kill("SIGTERM");
  expect(refused).toContain(`is in use by process ${first.process.pid}`);
});

const headers = { authorization: `Bearer ${KEY}` };
const path = (server: WatchedServer, session = "") => `${server.url}/api/v1/chat${session && `/${session}`}`;

async function newSession(server: WatchedServer): Promise<string> {
  const response = await fetch(path(server), { method: "POST", headers });
  return (await response.json()).session_id;
}

function ask(server: WatchedServer, session: string): Promise<Response> {
  const body = JSON.stringify({ index_ids: [], prompt: PROMPT });
  return fetch(`${path(server, session)}/messages/stream`, { method: "POST", headers, body });
}

/** The answer when nothing happens to it. */
async function answerWithout(server: WatchedServer): Promise<string> {
  const session = await newSession(server);
  const answer = joined(events(await (await ask(server, session)).text()));
  expect(answer.split(/\s+/).length).toBe(600);
  return answer;
}

async function askAndReadSome(server: WatchedServer): Promise<{ session: string; seen: string }> {
  const session = await newSession(server);
  const response = await ask(server, session);
  let seen = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk, { stream: true });
    if (deltas(events(seen)).length > 1200) break;
  }
  return { session, seen: deltas(events(seen)) };
}

async function finished(server: WatchedServer, session: string) {
  for (;;) {
    const response = await fetch(`${path(server, session)}?event_ids=1`, { headers });
    const all: Event[] = (await response.json()).events;
    const stop = all.find((event) => event.type === "stop");
    if (stop) return { text: joined(all), stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The text as somebody reads it who follows from the first event on. */
async function readFollowed(server: WatchedServer, session: string): Promise<string> {
  const response = await fetch(`${path(server, session)}/messages/stream?after=0`, { headers });
  return deltas(events(await response.text()));
}

const events = (stream: string): Event[] =>
  stream.split("\n").flatMap((line) => {
    if (!line.startsWith("data: ")) return [];
    try {
      return [JSON.parse(line.slice(6))];
    } catch {
      return []; // cut at the end of what was read
    }
  });

const deltas = (all: readonly Event[]) =>
  all.map((event) => (event.type === "text_delta" ? (event.content ?? "") : "")).join("");
const joined = (all: readonly Event[]) =>
  all.map((event) => (event.type === "text" ? (event.content ?? "") : "")).join("");
