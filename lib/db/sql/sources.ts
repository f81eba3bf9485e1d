import { z } from "zod";
import { EXCERPT_CHARACTERS } from "../../domain/source.ts";
import { statement, unseen } from "./statement.ts";

const fields = {
  runId: z.string(),
  n: z.number(),
  docId: z.string().nullable(),
  pieceId: z.string().nullable(),
  title: z.string().nullable(),
  pageFrom: z.number().nullable(),
  pageTo: z.number().nullable(),
  excerpt: z.string().nullable(),
  isCitable: z.boolean(),
};
export const RecalledRow = z.object(fields);
export type RecalledRow = z.output<typeof RecalledRow>;

/**
 * What was recalled for some runs, numbered from 1; of a piece that is gone the number alone. `runs` selects their ids.
 * A run that works has its trace in its context, one that has ended has it alone.
 */
export const recalledFor = (runs: string): string =>
  `select r.id as "runId", d.n::int as n, k.id as "docId", c.id as "pieceId", k.title, c."pageFrom", c."pageTo",
       left(c.content, ${EXCERPT_CHARACTERS}) as excerpt, coalesce((t.trace->>'numbersPassages')::boolean, false) as "isCitable"
     from "Run" r
     cross join lateral (select coalesce(r.context->'trace', r.context) as trace) t
     cross join lateral json_array_elements(
         case json_typeof(t.trace->'docs') when 'array' then t.trace->'docs' else '[]'::json end
       ) with ordinality d(doc, n)
     left join ("DocChunk" c join "Doc" k on k.id = c."docId")
       on c.id = (d.doc->>'pieceId')::uuid and k."accountId" = r."accountId"
     where r.id in (${runs})`;

/** Which of these pieces an account has. By hand, as a list of ids of any length is one parameter. */
export const findLivingPieceRows = statement({
  name: "find-living-pieces",
  text: `select c.id from "DocChunk" c join "Doc" d on d.id = c."docId"
    where c.id = any(${unseen("$1", "uuid[]")}) and d."accountId" = $2`,
  parameters: { pieceIds: "uuid[]", accountId: "uuid" },
  row: z.object({ id: z.string() }),
});

/** What was recalled for runs of an account. By hand, as ids stand in JSON. */
export const findRecalledRows = statement({
  name: "find-recalled",
  text: `${recalledFor(`select x.id from "Run" x where x.id = any(${unseen("$1", "uuid[]")}) and x."accountId" = $2`)} order by r.id, n`,
  parameters: { runIds: "uuid[]", accountId: "uuid" },
  row: RecalledRow,
});
