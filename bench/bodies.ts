// npm run bench:bodies -- [--only TEXT] [--at-once N]: what the largest body of each kind costs the built server in
// memory, as a ratio to its size. Each is sent to a server of its own, that has served the same route before and is at
// rest; what counts is the highest resident memory that the system has seen until the answer was there (Linux:
// /proc/PID/clear_refs), its database included, which is a thread of the same process.
import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { JULEP_LARGE_BODY_BYTES, julep } from "../lib/dialects/julep/index.ts";
import { residentBytes } from "../scripts/attack/memory.ts";
import { startModel } from "../scripts/attack/model.ts";
import { maker } from "../scripts/attack/targets.ts";
import { type RunningServer, startServer } from "../scripts/server.ts";
import { keepTemporaryFiles } from "../scripts/temporary.ts";

const MEGABYTE = 1024 * 1024;
const MILLION = 1_000_000;
const REST_MS = 700;
/** A server at its start gives back what loading has left, after three seconds. */
const FEWEST_RESTS = 6;
const MOST_RESTS = 20;

type Ids = { readonly agent: string; readonly session: string };
type Sent = { readonly path: string; readonly body: string | Uint8Array; readonly type?: string };
type Case = {
  readonly name: string;
  readonly bytes: number;
  /** A request with a body of about so many bytes. */
  readonly make: (ids: Ids, bytes: number) => Sent;
};

/** The largest bodies that the routes take, and an upload that shows that it is read in pieces. */
const JULEP = JULEP_LARGE_BODY_BYTES;
const LARGE = 4 * MEGABYTE;
const ORDINARY = julep.bodyLimitBytes;
const UPLOAD = 20 * MEGABYTE;

/** A body of one unit again and again between a beginning and an end. */
const jsonCase = (
  name: string,
  path: (ids: Ids) => string,
  bytes: number,
  [before, unit, after]: readonly [string, string, string],
): Case => ({
  name,
  bytes,
  make: (ids, size) => {
    const times = Math.floor((size - Buffer.byteLength(before + after)) / Buffer.byteLength(unit));
    return { path: path(ids), body: before + unit.repeat(times) + after };
  },
});

const chat = ({ session }: Ids) => `/api/sessions/${session}/chat`;
const completions = ({ agent }: Ids) => `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`;
const prompt = ({ session }: Ids) => `/api/v1/chat/${session}/messages/stream`;
const PROMPT = '{"index_ids":[],"prompt":"';
const SAID = '{"messages":[{"role":"user","content":"';
const PICTURE = '{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,';
const FORM = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\n`;

const CASES: readonly Case[] = [
  jsonCase("chat, a text of ASCII", chat, JULEP, [SAID, "word ", '"}]}']),
  jsonCase("chat, a text of Chinese", chat, JULEP, [SAID, "漢", '"}]}']),
  jsonCase("chat, ASCII and one Chinese sign", chat, JULEP, [`${SAID}漢`, "word ", '"}]}']),
  jsonCase("chat, a text of emoji", chat, JULEP, [SAID, "🙂", '"}]}']),
  jsonCase("chat, a text of escapes", chat, JULEP, [SAID, "\\u6f22", '"}]}']),
  jsonCase("chat, a text of quotes", chat, JULEP, [SAID, '\\"', '"}]}']),
  jsonCase("chat, NUL, which cannot be stored", chat, JULEP, [SAID, "\\u0000", '"}]}']),
  jsonCase("chat, a picture in a data URL", chat, JULEP, [PICTURE, "iVBORw0KGgoA", '"}}]}]}']),
  jsonCase("chat, four million values", chat, JULEP, ['{"messages":[', "0,", "0]}"]),
  jsonCase("chat, broken at its end", chat, JULEP, [SAID, "word ", '"}]']),
  jsonCase("chat, of a wrong type", chat, JULEP, ['{"messages":"', "word ", '"}']),
  jsonCase("chat, a number of 8 MB", chat, JULEP, ['{"messages":', "1", "}"]),
  jsonCase("render, a text", ({ session }) => `/api/sessions/${session}/render`, JULEP, [SAID, "word ", '"}]}']),
  jsonCase("doc, a text", ({ agent }) => `/api/agents/${agent}/docs`, JULEP, [
    '{"title":"t","content":"',
    "word ",
    '"}',
  ]),
  jsonCase("doc, pieces", ({ agent }) => `/api/agents/${agent}/docs`, JULEP, [
    '{"title":"t","content":[',
    `"${"word ".repeat(6000)}",`,
    '"x"]}',
  ]),
  {
    name: "app, a document of a million signs",
    bytes: 3 * MILLION,
    make: ({ agent }, size) => ({
      path: "/api/app/docs",
      body: JSON.stringify({ agent_id: agent, title: "t", text: "漢字。".repeat(Math.floor((size - 200) / 9)) }),
    }),
  },
  jsonCase("embed, a text", () => "/api/embed", JULEP, ['{"text":"', "word ", '"}']),
  jsonCase("embed, the longest texts", () => "/api/embed", JULEP, [
    '{"text":[',
    `"${"word ".repeat(20_000)}",`,
    '"x"]}',
  ]),
  jsonCase("embed, many texts", () => "/api/embed", JULEP, ['{"text":[', `"${"word ".repeat(200)}",`, '"x"]}']),
  jsonCase("LlamaCloud, too long a prompt", prompt, LARGE, [PROMPT, "word ", '"}']),
  jsonCase("LlamaCloud, the longest prompt", prompt, 2_300_000, [PROMPT, "\\ud83d\\ude42", '"}']),
  jsonCase("assistant, a text", completions, LARGE, [SAID, "word ", '"}]}']),
  jsonCase("agent, metadata", () => "/api/agents", ORDINARY, ['{"name":"a","metadata":{"a":"', "word ", '"}}']),
  jsonCase("agent, instructions", () => "/api/agents", ORDINARY, ['{"name":"a","instructions":["', "word ", '"]}']),
  {
    name: "upload, a file",
    bytes: UPLOAD,
    make: (_, size) => ({ path: "/api/app/files?name=a.txt", type: "text/plain", body: Buffer.alloc(size, "word ") }),
  },
  {
    name: "upload, a form",
    bytes: UPLOAD,
    make: (_, size) => ({
      path: "/api/v1/beta/files",
      type: "multipart/form-data; boundary=b",
      body: Buffer.concat([Buffer.from(FORM), Buffer.alloc(size, "word "), Buffer.from("\r\n--b--\r\n")]),
    }),
  },
];

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, "at-once": { type: "string", default: "1" } },
});
const atOnce = Number(values["at-once"]);
keepTemporaryFiles("bodies");
const model = await startModel();
for (const one of CASES.filter(({ name }) => name.includes(values.only))) console.log(await measured(one));
model.close();
process.exit();

async function measured({ name, make, bytes }: Case): Promise<string> {
  const collect = new URL("../scripts/attack/collect.ts", import.meta.url).href;
  const server = await startServer({
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --expose-gc --import=${collect}`,
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: "attacked",
    OPENAI_EMBEDDING_MODEL: "attacked",
  });
  const pid = server.process.pid ?? 0;
  try {
    const ids: Ids[] = [];
    for (let n = 0; n < atOnce; n++) ids.push(await makeThings(server));
    for (const own of ids) await post(server, make(own, 2048));
    const before = await rest(server);
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
    const told = new Set(await Promise.all(ids.map((own) => post(server, make(own, bytes)))));
    const grown = residentBytes(pid, "VmHWM") - before;
    const [megabytes, size] = [grown / MEGABYTE, (bytes / MEGABYTE) * atOnce];
    return `${(megabytes / size).toFixed(2)}x  ${megabytes.toFixed(0)} of ${size.toFixed(0)} MB  ${name}: ${[...told].join(", ")}`;
  } finally {
    await server.kill("SIGKILL");
  }
}

/** Its memory at rest: what nothing holds is collected, and is given back, until no more comes. */
async function rest(server: RunningServer): Promise<number> {
  let last = Number.POSITIVE_INFINITY;
  for (let n = 0; n < MOST_RESTS; n++) {
    server.process.kill("SIGUSR2");
    await wait(REST_MS);
    const now = residentBytes(server.process.pid ?? 0);
    if (n >= FEWEST_RESTS && Math.abs(last - now) < MEGABYTE) return now;
    last = now;
  }
  return last;
}

async function post(server: RunningServer, { path, body, type = "application/json" }: Sent): Promise<string> {
  const headers = { authorization: `Bearer ${server.key()}`, "content-type": type };
  const response = await fetch(server.url + path, {
    method: "POST",
    headers,
    body: body as BodyInit,
    redirect: "manual",
  });
  await response.text();
  return String(response.status);
}

async function makeThings(server: RunningServer): Promise<Ids> {
  const made = maker(server.url, server.key());
  const agent = await made("/api/agents", { name: "measured" });
  return { agent, session: await made("/api/sessions", { agent }) };
}
