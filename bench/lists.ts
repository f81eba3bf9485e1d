import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../lib/db/database.ts";
import { startServer } from "../scripts/server.ts";
import { median } from "./processes.ts";

const ROUNDS = 120;
const WARM_UP = 20;
const root = join(import.meta.dirname, "..");
const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });

/** The lists of sessions, each of 20, and what asks for the page behind the first where there is something to ask by. */
const LISTS = {
  "LlamaCloud's list": "/api/v1/chat?page_size=20",
  "LlamaCloud's next page": "/api/v1/chat?page_size=20&page_token=",
  "Julep's list": "/api/sessions?limit=20",
} as const;
type ListName = keyof typeof LISTS;

export type ListTimes = { readonly name: ListName; readonly fewMs: number; readonly manyMs: number };

/**
 * How long a page of a list of sessions takes, p50, in an account with `few` sessions and in one with `many`. Each has a
 * server of its own; requests alternate.
 */
export async function timeLists(
  environment: Readonly<Record<string, string>>,
  key: string,
  { few, many }: { readonly few: number; readonly many: number },
): Promise<ListTimes[]> {
  const servers = [await serverWith(environment, few), await serverWith(environment, many)] as const;
  try {
    const timed: ListTimes[] = [];
    for (const [name, path] of Object.entries(LISTS) as [ListName, string][]) {
      const urls = await Promise.all(servers.map(async ({ url }) => url + (await whole(url, path, key))));
      const times: [number[], number[]] = [[], []];
      for (let n = 0; n < ROUNDS + WARM_UP; n++) {
        for (const which of n % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
          const startedAt = performance.now();
          const response = await fetch(urls[which] ?? "", { headers: headersOf(key) });
          const { items } = await response.json();
          if (items.length !== 20) throw new Error(`${name} has ${items.length} sessions`);
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

/** A path that ends with the token of the next page, where it has one. */
async function whole(url: string, path: string, key: string): Promise<string> {
  if (!path.endsWith("page_token=")) return path;
  const first = await fetch(url + path.slice(0, path.lastIndexOf("&")), { headers: headersOf(key) });
  return path + encodeURIComponent((await first.json()).next_page_token);
}

/** A server with an embedded database of its own, whose owner has so many sessions, each with a message. */
async function serverWith(environment: Readonly<Record<string, string>>, sessions: number) {
  const dataDir = join(mkdtempSync(join(tmpdir(), "parley-lists-")), "data");
  // It makes the owner and the project.
  await (await startServer({ ...environment, DATA_DIR: dataDir })).kill("SIGTERM");
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
       ), branches as (
         insert into "Branch" (id, "sessionId", path, "nextPosition") select branch, id, '[]', 1 from made
       )
       insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
       select gen_random_uuid(), id, branch, 0, 'user', 'api_request', '[{"type":"text","text":"Hello"}]' from made`,
      [sessions],
    );
    for (const table of ["Session", "Branch", "Message"]) await database.pool.query(`vacuum analyze "${table}"`);
  } finally {
    await database.close();
  }
  return startServer({ ...environment, DATA_DIR: dataDir });
}
