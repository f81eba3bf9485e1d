import { z } from "zod";
import { statement } from "./statement.ts";

// What calls of models came to. By hand: Prisma can neither add to a row or make it, nor group by a part of a time.

/** The beginning of the first of the last so many days, by UTC. */
const since = (days: string) => `((now() at time zone 'UTC')::date - (${days}::int - 1))`;

/** Adds to the rows of usage: the n-th of all lists belong together. Accounts that are gone are passed over. */
export const addUsageRows = statement({
  name: "add-usage",
  text: `insert into "Usage" as u ("accountId", day, kind, "keyId", "agentId", "endUserHash", "isStranger", calls,
      "inputTokens", "outputTokens")
    select x."accountId", x.day::date, x.kind, x."keyId", x."agentId", x."endUserHash", x."isStranger", x.calls,
      x."inputTokens", x."outputTokens"
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::int4[], $9::int8[],
      $10::int8[]) x("accountId", day, kind, "keyId", "agentId", "endUserHash", "isStranger", calls, "inputTokens",
      "outputTokens")
    join "Account" a on a.id = x."accountId"
    order by 1, 2, 3, 4, 5, 6, 7
    on conflict ("accountId", day, kind, "keyId", "agentId", "endUserHash", "isStranger") do update set
      calls = u.calls + excluded.calls, "inputTokens" = u."inputTokens" + excluded."inputTokens",
      "outputTokens" = u."outputTokens" + excluded."outputTokens"`,
  parameters: {
    accountIds: "uuid[]",
    days: "text[]",
    kinds: "text[]",
    keyIds: "text[]",
    agentIds: "text[]",
    endUserHashes: "text[]",
    areStrangers: "bool[]",
    calls: "int4[]",
    inputTokens: "int8[]",
    outputTokens: "int8[]",
  },
});

/** The turns of an account, by day. */
export const listTurnRows = statement({
  name: "list-turns",
  text: `select to_char(r."createdAt" at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as turns,
      (count(*) filter (where r.status in ('failed', 'interrupted')))::int as errors
    from "Run" r where r."accountId" = $1 and r."endedAt" is not null
      and r."createdAt" >= ${since("$2")}::timestamp at time zone 'UTC'
    group by 1 order by 1`,
  parameters: { accountId: "uuid", days: "int4" },
  row: z.object({ day: z.string(), turns: z.number(), errors: z.number() }),
});

/** The tokens of an account, by day. */
export const listTokenRows = statement({
  name: "list-tokens",
  text: `select to_char(u.day, 'YYYY-MM-DD') as day, sum(u."inputTokens")::float8 as "inputTokens",
      sum(u."outputTokens")::float8 as "outputTokens"
    from "Usage" u where u."accountId" = $1 and u.day >= ${since("$2")} group by 1 order by 1`,
  parameters: { accountId: "uuid", days: "int4" },
  row: z.object({ day: z.string(), inputTokens: z.number(), outputTokens: z.number() }),
});

const Share = z.object({ name: z.string(), calls: z.number(), tokens: z.number() });
const SUMS = `sum(u.calls)::int as calls, sum(u."inputTokens" + u."outputTokens")::float8 as tokens`;
const BY_ACCOUNT = { accountId: "uuid", days: "int4", limit: "int8" } as const;

/** The tokens of an account by a column, the most first; rows in which it is empty are left out. */
const sharesBy = (name: string, column: string, condition = "true") =>
  statement({
    name,
    text: `select u.${column} as name, ${SUMS} from "Usage" u
      where u."accountId" = $1 and u.day >= ${since("$2")} and u.${column} <> '' and ${condition}
      group by 1 order by tokens desc, name limit $3`,
    parameters: BY_ACCOUNT,
    row: Share,
  });

/** What each kind of call came to. */
export const listKindShares = sharesBy("list-usage-kinds", "kind");
/** What each API key of an account came to. */
export const listKeyShares = sharesBy("list-usage-keys", `"keyId"`);
/** What strangers came to with each public bot of an account. */
export const listBotShares = sharesBy("list-usage-bots", `"agentId"`, `u."isStranger"`);
/** What each end user came to whom a client has named. */
export const listEndUserShares = sharesBy("list-usage-end-users", `"endUserHash"`);

/** What each account of the server came to, the most first. For its owner alone. */
export const listAccountShares = statement({
  name: "list-usage-accounts",
  text: `select u."accountId" as name, a.kind, a.email, ${SUMS}
    from "Usage" u join "Account" a on a.id = u."accountId"
    where u.day >= ${since("$1")} group by 1, 2, 3 order by tokens desc, name limit $2`,
  parameters: { days: "int4", limit: "int8" },
  row: Share.extend({ kind: z.string(), email: z.string().nullable() }),
});

/** The names of some keys and agents of an account that are there still. */
export const listSpenderNames = statement({
  name: "list-spender-names",
  text: `select k.id, k.name from "ApiKey" k where k."accountId" = $1 and k.id::text = any($2)
    union all select g.id, g.name from "Agent" g where g."accountId" = $1 and g.id::text = any($2)`,
  parameters: { accountId: "uuid", ids: "text[]" },
  row: z.object({ id: z.string(), name: z.string() }),
});

/** Forgets at most so many rows of usage that are older than so many days. */
export const forgetUsageRows = statement({
  name: "forget-usage",
  text: `delete from "Usage" where ctid in (select ctid from "Usage" where day < ${since("$1")} limit $2)`,
  parameters: { days: "int4", limit: "int8" },
});
