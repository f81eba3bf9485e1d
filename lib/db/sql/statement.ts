import { createHash } from "node:crypto";
import { DatabaseError } from "pg";
import { z } from "zod";
import { storable, storableJson } from "../../domain/text.ts";
import { type Connection, isStalePlan } from "../sql.ts";

/** What a parameter is given as, by the name that PostgreSQL has for its type. */
type Given = {
  readonly uuid: string;
  readonly text: string;
  readonly bool: boolean;
  readonly int4: number;
  readonly int8: number | bigint;
  readonly float8: number;
  /** A text is ISO 8601. */
  readonly timestamptz: Date | string;
  readonly json: unknown;
  readonly jsonb: unknown;
  readonly bytea: Uint8Array;
  readonly varbit: string;
  readonly regconfig: string;
};
type Name = keyof Given;

/** A type of PostgreSQL; `?` behind it lets the value be null. JSON may be null without it, and then is SQL's null. */
export type ParameterType = Name | `${Name}[]` | `${Name}?` | `${Name}[]?`;
type ValueOf<Type extends ParameterType> = Type extends Name
  ? Given[Type]
  : Type extends `${infer Item extends Name}[]`
    ? readonly Given[Item][]
    : Type extends `${infer Item extends Name}?`
      ? Given[Item] | null
      : Type extends `${infer Item extends Name}[]?`
        ? readonly Given[Item][] | null
        : never;

type Parameters = Readonly<Record<string, ParameterType>>;
type Values<Declared extends Parameters> = { readonly [Key in keyof Declared]: ValueOf<Declared[Key]> };

type Declaration<Declared extends Parameters, Row extends z.ZodObject> = {
  readonly name: string;
  readonly text: string;
  /** In the order of `$1`, `$2`, … */
  readonly parameters: Declared;
  /** Its columns; absent where it gives none. */
  readonly row?: Row;
  /**
   * Whether it is planned for the values of each call, which costs a millisecond: for a search whose plan depends on
   * them. Absent: the database keeps one plan under its name.
   */
  readonly isPlannedAnew?: boolean;
};

export type Statement<Declared extends Parameters, Row extends z.ZodObject> = ((
  database: Connection,
  values: Values<Declared>,
) => Promise<z.output<Row>[]>) &
  Declaration<Declared, Row>;

const NOTHING = z.object({});

/**
 * A statement written by hand, as a function that runs it and gives its rows. By hand is what one statement must do and
 * no call of Prisma can; everything else goes through `database.prisma`.
 *
 * To add one, export it from the file of its noun in this folder:
 *
 *     export const findThings = statement({
 *       name: "find-things",
 *       text: `select id, "createdAt" from "Thing" where "accountId" = $1 and id = any($2)`,
 *       parameters: { accountId: "uuid", ids: "uuid[]" },
 *       row: z.object({ id: z.string(), createdAt: z.date() }),
 *     });
 *
 * and call it: `await findThings(database, { accountId, ids })`. Within a transaction the first argument is its
 * connection. Its text is fixed, since the database keeps its plan under its name; a value is always a parameter. Each
 * row is parsed by `row`. `statements.database.test.ts` finds every statement of this folder by itself and holds names
 * and types of columns and parameters against the migrated schema.
 */
export function statement<const Declared extends Parameters, Row extends z.ZodObject = typeof NOTHING>(
  declaration: Declaration<Declared, Row>,
): Statement<Declared, Row> {
  const { text, parameters, row, isPlannedAnew = false } = declaration;
  // With its text in the name, two versions of the app can share a connection that somebody pools between them.
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const nameOf = (round: number) => [declaration.name, hash, ...(round === 0 ? [] : [round])].join(" ");
  const types = Object.entries(parameters);

  const run = async (database: Connection, given: Values<Declared>): Promise<z.output<Row>[]> => {
    const values = types.map(([key, type]) => parameter(type, given[key]));
    const result = isPlannedAnew
      ? await database.pool.query({ text, values })
      : await inRounds((round) => database.pool.query({ name: nameOf(round), text, values }));
    return row ? result.rows.map((found) => row.parse(found)) : [];
  };
  return Object.defineProperties(
    Object.assign(run, { text, parameters, row, isPlannedAnew }),
    // A function has a name of its own, which only this way is another.
    { name: { value: declaration.name } },
  );
}

/**
 * A parameter as a value that no planner sees: `limit ${unseen("$5", "int8")}`, `any(${unseen("$1", "uuid[]")})`.
 *
 * The database keeps one plan of a statement where that seems no dearer than plans for the values of each call. For a
 * list of one, a small limit or a null the latter always seem cheaper, and making them takes longer than running them.
 * `plans.database.test.ts` finds the statements that this happens to.
 */
export const unseen = (parameter: string, type: string): string => `(select ${parameter}::${type})::${type}`;

let rounds = 0;
const IN_FAILED_TRANSACTION = "25P02";

/**
 * Runs a statement, and once more in the next round where its plan is from before a migration. A round is a part of the
 * names of all statements, so the connections that have such a plan too make a new one.
 */
async function inRounds<Result>(run: (round: number) => Promise<Result>): Promise<Result> {
  const round = rounds;
  try {
    return await run(round);
  } catch (thrown) {
    if (!isStalePlan(thrown)) throw thrown;
    rounds = Math.max(rounds, round + 1);
    return run(rounds).catch((again: unknown) => {
      // A transaction is over with its first failure, and starts anew as a whole.
      throw again instanceof DatabaseError && again.code === IN_FAILED_TRANSACTION ? thrown : again;
    });
  }
}

/** JSON goes as text, since the driver makes an array of PostgreSQL's of an array of ours. */
function parameter(type: ParameterType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const isList = type.includes("[]") && Array.isArray(value);
  if (type.startsWith("json")) return isList ? value.map(jsonText) : jsonText(value);
  if (type.startsWith("text")) return isList ? value.map(storableValue) : storableValue(value);
  return value;
}

const storableValue = (value: unknown): unknown => (typeof value === "string" ? storable(value) : value);

/**
 * A NUL or half a pair of surrogates as JSON spells it; a backslash before it, which makes it harmless, is not looked
 * at.
 */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/u;

/**
 * A value as the text of JSON that PostgreSQL can hold, whatever is in its texts (`storable`). It refuses the whole
 * statement for one of them, and with it the rows of everybody else that is in the same statement.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSTORABLE.test(text) ? JSON.stringify(storableJson(value)) : text;
}
