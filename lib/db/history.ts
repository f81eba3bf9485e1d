import { z } from "zod";
import type { TurnEvent } from "../domain/events.ts";
import { type Message, NewMessage } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { MessageRow, SEGMENTS } from "./messages.ts";
import { unpacked } from "./run-events.ts";
import { runJson, toRun } from "./runs.ts";
import { rows } from "./sql.ts";

/** A part of a line: messages of some sources (null: of all), so many from `offset` on, oldest first. */
export type HistoryPage = {
  readonly sources: readonly string[] | null;
  readonly offset: number;
  /** Null: to the end. */
  readonly limit: number | null;
  /** The ids of the messages up to this position are listed too; null: none. */
  readonly coveredUpto: number | null;
};

export type StoredHistory = {
  readonly line: readonly Message[];
  /** So many messages of these sources are on the line. */
  readonly count: number;
  /** The runs that wrote the messages. */
  readonly runs: readonly Run[];
  /** The turn that runs: what was asked, and the events that are written. */
  readonly running: {
    readonly runId: string;
    readonly input: readonly NewMessage[];
    readonly events: readonly TurnEvent[];
  } | null;
  readonly coveredIds: readonly string[];
};

const HistoryRow = z.object({
  line: z.array(MessageRow),
  count: z.number(),
  runs: z.array(z.unknown()),
  running: z
    .object({ runId: z.string(), input: z.array(NewMessage).nullable(), batches: z.array(z.unknown()) })
    .nullable(),
  covered: z.array(z.string()),
});

const json = (columns: readonly string[]): string => columns.map((name) => `'${name}', m."${name}"`).join(", ");
const MESSAGE_JSON = `json_build_object(${json(Object.keys(MessageRow.shape))})`;

/**
 * A part of the active line of a session of the account, with the runs that wrote it and the turn that runs: all as they
 * were at one moment, so that a turn that ends meanwhile is either running or in the line, and never neither.
 */
export async function readHistory(
  database: Database,
  accountId: string,
  sessionId: string,
  { sources, offset, limit, coveredUpto }: HistoryPage,
): Promise<StoredHistory> {
  const [found] = await rows(
    database,
    `with line as materialized (
       select m.id, m."runId", m.position, m.source, ${MESSAGE_JSON} as message
       from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
       join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and seg."to"
       where s.id = $1 and s."accountId" = $2 and ($3::text[] is null or m.source = any($3))
       order by m.position offset $4 limit $5
     )
     select coalesce((select json_agg(message order by position) from line), '[]') as line,
       (select count(*)::int from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
        join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and seg."to"
        where s.id = $1 and s."accountId" = $2 and ($3::text[] is null or m.source = any($3))) as count,
       coalesce((select json_agg(${runJson("r")}) from "Run" r where r.id in (select "runId" from line)), '[]') as runs,
       (select json_build_object('runId', r.id, 'input', r.input, 'batches', coalesce((
          select json_agg(e.events order by e."seqFrom") from "RunEvent" e where e."runId" = r.id), '[]'))
        from "Run" r where r."sessionId" = $1 and r."accountId" = $2 and r.status = 'running' and r.stores) as running,
       coalesce((select json_agg(m.id order by m.position)
         from "Session" s join "Branch" b on b.id = s."activeBranchId" ${SEGMENTS}
         join "Message" m on m."branchId" = seg."branchId" and m.position between seg."from" and least(seg."to", $6::int)
         where s.id = $1 and s."accountId" = $2 and $6::int is not null), '[]') as covered`,
    [sessionId, accountId, sources, offset, limit, coveredUpto],
  );
  const { line, count, runs, running, covered } = HistoryRow.parse(found);
  return {
    line,
    count,
    runs: runs.map(toRun),
    running: running && {
      runId: running.runId,
      input: running.input ?? [],
      events: running.batches.flatMap(unpacked),
    },
    coveredIds: covered,
  };
}

/** The messages with which a run of the account was asked, oldest first. */
export async function readRunInput(database: Database, accountId: string, runId: string): Promise<Message[]> {
  const found = await rows<{ message: unknown }>(
    database,
    `select ${MESSAGE_JSON} as message from "Message" m join "Run" r on r.id = m."runId"
     where m."runId" = $1 and r."accountId" = $2 and m.source = 'api_request' order by m.position`,
    [runId, accountId],
  );
  return found.map(({ message }) => MessageRow.parse(message));
}
