import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../lib/db/database.ts";
import { startServer } from "../scripts/server.ts";
import { median } from "./processes.ts";

const ROUNDS = 120;
const WARM_UP = 20;
const root = join(import.meta.dirname, "..");

/** What is asked: lists of 20 sessions and the page behind the first, the page of a session, and a turn in it. */
const ASKED = {
  "LlamaCloud's list": (): Asked => ({ path: "/api/v1/chat?page_size=20" }),
  "LlamaCloud's next page": ({ token }): Asked => ({ path: `/api/v1/chat?page_size=20&page_token=${token}` }),
  "Julep's list": (): Asked => ({ path: "/api/sessions?limit=20" }),
  "a session's last turns": ({ session }): Asked => ({ path: `/api/app/sessions/${session}/turns` }),
  "a session's history": ({ session }): Asked => ({ path: `/api/sessions/${session}/history` }),
  "a turn that is not stored": ({ session }): Asked => ({
    path: `/api/sessions/${session}/chat`,
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }], model: "title", save: false }),
  }),
  "a turn": ({ session }): Asked => ({
    path: `/api/sessions/${session}/chat`,
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }], model: "title" }),
  }),
} as const satisfies Record<string, (there: There) => Asked>;

type Asked = { readonly path: string; readonly body?: string };
/** Of a server: a session, and the token of the page behind the first. */
type There = { readonly session: string; readonly token: string };

export type SizeTimes = { readonly name: string; readonly fewMs: number; readonly manyMs: number };

/**
 * How long an answer takes, p50, in an account with `few` sessions and in one with `many`. Each has a server of its
 * own; requests alternate.
 */
export async function timeSizes(
  environment: Readonly<Record<string, string>>,
  key: string,
  { few, many }: { readonly few: number; readonly many: number },
): Promise<SizeTimes[]> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const servers = [await serverWith(environment, headers, few), await serverWith(environment, headers, many)] as const;
  const ask = async (url: string, { path, body }: Asked) => {
    const response = await fetch(url + path, body === undefined ? { headers } : { method: "POST", headers, body });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  try {
    const there: There[] = [];
    for (const { url } of servers) {
      const { items, next_page_token } = await ask(url, { path: "/api/v1/chat?page_size=20" });
      there.push({ session: items[9].session_id, token: encodeURIComponent(next_page_token) });
    }
    const timed: SizeTimes[] = [];
    for (const [name, askedOf] of Object.entries(ASKED)) {
      const asked = there.map((one) => askedOf(one));
      const times: [number[], number[]] = [[], []];
      for (let n = 0; n < ROUNDS + WARM_UP; n++) {
        for (const which of n % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
          const startedAt = performance.now();
          await ask(servers[which].url, asked[which] ?? { path: "" });
          if (n >= WARM_UP) times[which].push(performance.now() - startedAt);
        }
      }
      timed.push({ name, fewMs: median(times[0]), manyMs: median(times[1]) });
    }
    return timed;
  } finally {
    for (const server of servers) await server.kill("SIGTERM");
  }
}

/** A server with an embedded database of its own, whose owner has so many sessions, each with a message. */
async function serverWith(
  environment: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  sessions: number,
) {
  const dataDir = join(mkdtempSync(join(tmpdir(), "parley-lists-")), "data");
  // It makes the owner and the project.
  const first = await startServer({ ...environment, DATA_DIR: dataDir });
  const body = JSON.stringify({ name: "Ada" });
  const { id: agent } = await (await fetch(`${first.url}/api/agents`, { method: "POST", headers, body })).json();
  await first.kill("SIGTERM");
  const database = await openDatabase({ dataDir, root });
  try {
    await database.pool.query(
      `with made as materialized (
         select gen_random_uuid() as id, gen_random_uuid() as branch, n from generate_series(1, $1::int) n
       ), sessions as (
         insert into "Session" (id, "accountId", "projectId", origin, title, "activeBranchId", "createdAt", "updatedAt")
         select made.id, p."accountId", p.id, 'llamacloud', 'Session ' || n, branch, now() - n * interval '1 minute',
           now() - n * interval '1 minute'
         from made, (select id, "accountId" from "Project" order by "createdAt" limit 1) p
       ), agents as (
         insert into "SessionAgent" ("sessionId", "agentId", position) select id, $2, 0 from made
       ), branches as (
         insert into "Branch" (id, "sessionId", path, "nextPosition") select branch, id, '[]', 1 from made
       )
       insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
       select gen_random_uuid(), id, branch, 0, 'user', 'api_request', '[{"type":"text","text":"Hello"}]' from made`,
      [sessions, agent],
    );
    for (const table of ["Session", "SessionAgent", "Branch", "Message"])
      await database.pool.query(`vacuum analyze "${table}"`);
  } finally {
    await database.close();
  }
  return startServer({ ...environment, DATA_DIR: dataDir });
}
