import { z } from "zod";
import { SEGMENTS } from "./messages.ts";
import { statement, unseen } from "./statement.ts";

// By hand for text search, and since a line is put together of segments.

/** So many characters of a message are searched. */
const CHARACTERS = 50_000;
const said = (message: string) => `(select left(string_agg(part->>'text', E'\\n'), ${CHARACTERS})
  from json_array_elements(${message}.parts) part where part->>'type' = 'text')`;

/**
 * Gives the next messages of some branches their words, of one account or of all, until they come to so many bytes as
 * they are stored; gives a row for each branch that it has gone on with. A branch that is held by somebody else is
 * passed over: nobody is waited for while it is held here.
 */
export const addWordsRows = statement({
  name: "add-message-words",
  text: `with branch as materialized (
       select b.id, b."sessionId", s."accountId", b."wordsUpto", b."nextPosition"
       from "Branch" b
       -- Looked up one by one, and in the order of the index of those without words: a planner takes a third of all
       -- branches for such.
       cross join lateral (select x."accountId" from "Session" x where x.id = b."sessionId" offset 0) s
       where b."wordsUpto" < b."nextPosition" and ($1::uuid is null or s."accountId" = $1)
       order by b."sessionId" limit ${unseen("$2", "int8")} for no key update of b skip locked
     ), sized as materialized (
       select branch.id, m.position, sum(m.size) over (order by branch.id, m.position) - m.size as before
       from branch cross join lateral (
         select x.position, pg_column_size(x.parts) as size from "Message" x
         where x."branchId" = branch.id and x.position >= branch."wordsUpto" order by x.position limit $3
       ) m
     ), taken as materialized (
       select id, position from sized where before < $4
     ), words as (
       insert into "MessageWords" ("branchId", position, "sessionId", words)
       select branch.id, m.position, branch."sessionId", "searchVector"("foldedText"(said.text), '{}')
         || array_to_tsvector(array['@' || branch."accountId"::text, '@' || branch."sessionId"::text])
       from taken join branch on branch.id = taken.id
       join "Message" m on m."branchId" = taken.id and m.position = taken.position and m.role in ('user', 'assistant')
       cross join lateral (select ${said("m")} as text) said where said.text <> ''
       on conflict do nothing
     )
     update "Branch" b set "wordsUpto" = done.upto from (
       select branch.id, coalesce((select max(position) + 1 from taken where taken.id = branch.id),
         case when not exists (select 1 from sized where sized.id = branch.id) then branch."nextPosition" end) as upto
       from branch
     ) done where b.id = done.id and b.id = any(array(select id from branch)) and done.upto is not null
       returning b."wordsUpto" >= b."nextPosition" as "isWhole", (select count(*)::int from branch) as branches`,
  parameters: { accountId: "uuid?", branches: "int8", messages: "int8", bytes: "int8" },
  row: z.object({ isWhole: z.boolean(), branches: z.number() }),
});

/** Sessions that a search looks into: of an account, one or all, archived ones where they are asked for. */
const IN_SCOPE = `s."accountId" = $1 and ($2::uuid is null or s.id = $2) and ($3 or not s.archived)
  and (s."expiresAt" is null or s."expiresAt" > now())`;
const scope = { accountId: "uuid", sessionId: "uuid?", withArchived: "bool" } as const;

/**
 * Messages on the lines that are shown which have all words, those of the latest session first, in the order of its
 * line. `words` are looked for as the parser of texts reads them, `exact` as they are. What is asked for stands in a
 * query of its own, so that the planner takes it for rare and asks the index: words that are read from their rows cost
 * ten times as much.
 */
export const searchMessageRows = statement({
  name: "search-messages",
  text: `select w."branchId", w.position, s.id as "sessionId", s.title, s."updatedAt", s.archived
     from "MessageWords" w join "Session" s on s.id = w."sessionId" join "Branch" b on b.id = s."activeBranchId"
     where w.words @@ (select $5::text::tsquery && to_tsquery('simple', $4)) and ($6 or numnode(to_tsquery('simple', $4)) > 0) and ${IN_SCOPE}
       and (w."branchId" = b.id or exists (
         select 1 from json_to_recordset(b.path) as seg("branchId" uuid, "from" int, "to" int)
         where seg."branchId" = w."branchId" and w.position between seg."from" and seg."to"))
     order by s."updatedAt" desc, s.id desc, w.position limit $7`,
  parameters: { ...scope, words: "text", exact: "text", isExact: "bool", limit: "int8" },
  row: z.object({
    branchId: z.string(),
    position: z.number(),
    sessionId: z.string(),
    title: z.string().nullable(),
    updatedAt: z.date(),
    archived: z.boolean(),
  }),
});

/** Of the latest sessions those whose title has all words, the latest first. `patterns` are what it must be like. */
export const searchTitleRows = statement({
  name: "search-titles",
  text: `select s.id, s.title, s."updatedAt", s.archived from (
       select s.id, s.title, s."updatedAt", s.archived from "Session" s where ${IN_SCOPE} and s.title is not null
       order by s."updatedAt" desc, s.id desc limit $8
     ) s
     where lower("foldedText"(s.title)) like all ($6::text[])
       and "searchVector"("foldedText"(s.title), '{}') @@ (to_tsquery('simple', $4) && $5::text::tsquery)
     order by s."updatedAt" desc, s.id desc limit $7`,
  parameters: { ...scope, words: "text", exact: "text", patterns: "text[]", limit: "int8", latest: "int8" },
  row: z.object({ id: z.string(), title: z.string(), updatedAt: z.date(), archived: z.boolean() }),
});

/**
 * Messages of an account by their places, with what they say, in the order given, and where the turn that each belongs
 * to begins on the line that is shown.
 */
export const readSaidRows = statement({
  name: "read-said",
  text: `select m.id, m."branchId", m.position, m.role, m."createdAt", coalesce(${said("m")}, '') as text, s."activeBranchId" as "lineId",
       coalesce(q.id, m.id) as "turnId", coalesce(q.position, m.position) as "turnPosition"
     from unnest(${unseen("$2", "uuid[]")}, ${unseen("$3", "int4[]")}) with ordinality w("branchId", position, n)
     join "Message" m on m."branchId" = w."branchId" and m.position = w.position
     join "Session" s on s.id = m."sessionId" and s."accountId" = $1
     join "Branch" b on b.id = s."activeBranchId"
     left join lateral (
       select x.id, x.position from (select 1) one ${SEGMENTS} cross join lateral (
         select y.id, y.position from "Message" y where y."branchId" = seg."branchId" and y.role = 'user'
           and y.position between seg."from" and least(seg."to", w.position) order by y.position desc limit 1
       ) x order by x.position desc limit 1
     ) q on true
     order by w.n`,
  parameters: { accountId: "uuid", branchIds: "uuid[]", positions: "int4[]" },
  row: z.object({
    id: z.string(),
    branchId: z.string(),
    position: z.number(),
    role: z.string(),
    createdAt: z.date(),
    text: z.string(),
    lineId: z.string(),
    turnId: z.string(),
    turnPosition: z.number(),
  }),
});
