import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import type { Front } from "./front.ts";
import { KEY, type World } from "./world.ts";

/** Sends a request as a program does, with the owner's key. */
export const call = (
  front: Front,
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(`${front.url}${path}`, {
    method,
    signal,
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", connection: "close" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

/** As `call`, for an answer in JSON. Throws where it is none of those statuses. */
// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape, of which tries look at parts.
export async function json(front: Front, method: string, path: string, body?: object): Promise<any> {
  const response = await call(front, method, path, body);
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

/** The text of an event stream as it comes, with the longest pause between two pieces in ms. */
export async function read(response: Response): Promise<{ readonly text: string; readonly gapMs: number }> {
  let [text, gapMs, lastAt] = ["", 0, Date.now()];
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    gapMs = Math.max(gapMs, Date.now() - lastAt);
    lastAt = Date.now();
    text += piece;
  }
  return { text, gapMs };
}

/** Starts to read an event stream and leaves after so many ms. Gives when it left. */
export async function leaveAfter(
  front: Front,
  path: string,
  body: object,
  ms: number,
): Promise<{ readonly leftAt: number; readonly text: string }> {
  const leaving = new AbortController();
  const response = await call(front, "POST", path, body, leaving.signal);
  assert.ok(response.ok, `${path}: ${response.status}`);
  let text = "";
  const reading = (async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += piece;
  })().catch(() => {});
  await sleep(ms);
  leaving.abort();
  const leftAt = Date.now();
  await reading;
  return { leftAt, text };
}

/** Waits until all functions behind an edge stand still. */
export async function untilFrozen(front: Front): Promise<void> {
  await until(() => front.instances().every((instance) => instance.isFrozen()), "the functions stand still", 30_000);
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

/** A session of LlamaCloud's kind. */
export const newSession = async (front: Front): Promise<string> =>
  (await json(front, "POST", "/api/v1/chat", {})).session_id;

/** Asks in a session, as a stream. */
export const askIn = (front: Front, session: string, prompt: string): Promise<Response> =>
  call(front, "POST", `/api/v1/chat/${session}/messages/stream`, { index_ids: [], prompt });

/** The latest run of a session, and all that was answered in it. */
export async function storedOf(
  { query }: World,
  session: string,
): Promise<{ readonly status: string; readonly attempts: number; readonly said: string }> {
  const [run] = await query<{ status: string; attempts: number }>(
    `select status::text, attempts from "Run" where "sessionId" = $1 order by "createdAt" desc limit 1`,
    [session],
  );
  // An answer that broke off is stored as what was said before and after.
  const answers = await query<{ parts: readonly { readonly text?: string }[] }>(
    `select m.parts from "Message" m join "Branch" b on b.id = m."branchId"
     where b."sessionId" = $1 and m.role::text = 'assistant' order by m.position`,
    [session],
  );
  const said = answers.flatMap(({ parts }) => parts.map(({ text = "" }) => text)).join("");
  return { status: run?.status ?? "none", attempts: run?.attempts ?? 0, said };
}
