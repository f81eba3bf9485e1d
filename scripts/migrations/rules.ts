import { commentLines, type Statement, statementsOf } from "./sql.ts";

/**
 * While a new version starts, the one before it still answers, and it comes back where the new one is taken back. So a
 * migration only adds; what the version before does not use any more goes with a release after that, in a migration
 * with the line
 *
 *     -- Contracts: 0.1.0
 *
 * which names the release whose code was the first to do without.
 */
const CONTRACTS = /^Contracts: (\S+)$/u;

type Rule = {
  readonly name: string;
  /** Whether a statement breaks it. `made` has the tables and columns that the same migration makes. */
  readonly breaks: (statement: Statement, made: Made) => boolean;
  /** What to do instead. */
  readonly instead: string;
  /** Whether even a migration that contracts may not. */
  readonly always?: boolean;
};

/** Names of tables and, as `table.column`, of columns, spelt as in statements. */
type Made = ReadonlySet<string>;

const NAME = String.raw`(?:[\w"]+ \. )?("[^"]*"|\w+)`;
const ALTERED = new RegExp(`^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?${NAME} (.*)$`, "su");
const CREATED = new RegExp(`^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?${NAME} `, "u");
const ADDED =
  /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?("[^"]*"|(?!CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\w+) (.*)$/su;
const UNIQUE_INDEX = new RegExp(
  `^CREATE UNIQUE INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?:${NAME} )?ON (?:ONLY )?${NAME} (.*)$`,
  "su",
);

const RULES: readonly Rule[] = [
  {
    name: "drop",
    breaks: (statement) => /\bDROP\b(?! NOT NULL| EXPRESSION)/u.test(statement),
    instead: "Leave it. Let the code do without it first, and drop it with a release after that.",
  },
  {
    name: "rename",
    breaks: (statement) => /^ALTER\b.*\b(?:RENAME|SET SCHEMA)\b/su.test(statement),
    instead: "Add the new name beside the old one, write both, and drop the old one with a release after that.",
  },
  {
    name: "type change",
    breaks: (statement) => /^ALTER TABLE\b.*\bALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE\b/su.test(statement),
    instead: "Add a column of the new type, fill both, and drop the old one with a release after that.",
  },
  {
    name: "not null without default",
    breaks: (statement, made) =>
      actionsOf(statement).some(({ table, action }) => {
        if (made.has(table)) return false;
        if (/^ALTER (?:COLUMN )?\S+ SET NOT NULL/u.test(action)) return true;
        const [, , definition = ""] = ADDED.exec(action) ?? [];
        const isRequired = /\b(?:NOT NULL|PRIMARY KEY)\b/u.test(definition);
        return isRequired && !/\b(?:DEFAULT|GENERATED|SMALLSERIAL|SERIAL|BIGSERIAL)\b/u.test(definition);
      }),
    instead: "Give it a default: the version before does not know the column, and inserts rows without it.",
  },
  {
    name: "new constraint",
    breaks: (statement, made) => {
      const [, , table = "", rest = ""] = UNIQUE_INDEX.exec(statement) ?? [];
      if (table !== "" && !isOfNew(table, rest, made)) return true;
      return actionsOf(statement).some(({ table: altered, action }) => {
        const isConstraint = /^ADD (?:CONSTRAINT \S+ )?(?:CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b/u.test(action);
        return isConstraint && !isOfNew(altered, action, made);
      });
    },
    instead: "The version before may write rows that it refuses. Let the code keep to it first.",
  },
  {
    name: "rows deleted",
    breaks: (statement) => /^(?:TRUNCATE|DELETE FROM|MERGE)\b/u.test(statement),
    instead: "The version before may still read them. Let the code do without them first.",
  },
  {
    name: "no transaction",
    breaks: (statement) =>
      /^(?:BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT|VACUUM|CREATE DATABASE|ALTER SYSTEM)\b/u.test(statement) ||
      /^(?:CREATE|DROP|REINDEX)\b.*\bCONCURRENTLY\b/su.test(statement),
    instead: "A migration runs in one transaction, which holds its lock. Leave transactions to it.",
    always: true,
  },
];

export type Breach = { readonly rule: string; readonly statement: Statement; readonly instead: string };

/**
 * The rules that a migration breaks, in the order of its statements. `releases` are the names of those that there are:
 * a migration that contracts one of them may do what the others may not.
 */
export function breachesOf(script: string, releases: readonly string[]): Breach[] {
  const contracted = commentLines(script).flatMap((line) => CONTRACTS.exec(line)?.[1] ?? []);
  const unknown = contracted.filter((name) => !releases.includes(name));
  if (unknown.length > 0) {
    const instead = `Name one of prisma/releases.json: ${releases.join(", ")}.`;
    return unknown.map((name) => ({ rule: "unknown release", statement: `Contracts: ${name}`, instead }));
  }
  const statements = statementsOf(script);
  const made = new Set<string>();
  return statements.flatMap((statement) => {
    note(made, statement);
    return RULES.filter((rule) => (contracted.length === 0 || rule.always) && rule.breaks(statement, made)).map(
      ({ name, instead }) => ({ rule: name, statement, instead }),
    );
  });
}

function note(made: Set<string>, statement: Statement): void {
  const created = CREATED.exec(statement)?.[1];
  if (created) made.add(created);
  for (const { table, action } of actionsOf(statement)) {
    const column = ADDED.exec(action)?.[1];
    if (column) made.add(`${table}.${column}`);
  }
}

/** The actions of an ALTER TABLE, which commas part that stand in no brackets. */
function actionsOf(statement: Statement): { readonly table: string; readonly action: string }[] {
  const [, table, all] = ALTERED.exec(statement) ?? [];
  if (table === undefined || all === undefined) return [];
  const actions = [""];
  let depth = 0;
  for (const word of all.split(" ")) {
    if (word === "(") depth++;
    if (word === ")") depth--;
    if (word === "," && depth === 0) actions.push("");
    else actions.push(`${actions.pop() ?? ""} ${word}`.trim());
  }
  return actions.map((action) => ({ table, action }));
}

/** Whether a constraint holds only what the version before does not write: a new table, or a column that is new. */
function isOfNew(table: string, text: string, made: Made): boolean {
  if (made.has(table)) return true;
  const [, columns = ""] = /\( ([^()]*) \)/u.exec(text) ?? [];
  return columns.split(" , ").some((column) => made.has(`${table}.${column.split(" ")[0]}`));
}
