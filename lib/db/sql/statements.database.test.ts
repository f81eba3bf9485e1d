import { join } from "node:path";
import type { Connection, Submittable } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { migratedDatabase } from "../../testing/databases.ts";
import { declaredStatements } from "../../testing/statements.ts";
import { type Database, openDatabase } from "../database.ts";
import { statement } from "./statement.ts";

const statements = await declaredStatements();
let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../../..") });
});
afterAll(() => database.close());

test("statements have names of their own, short enough for PostgreSQL beside a piece of their hash", () => {
  const names = statements.map(({ name }) => name);
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
  expect(names.filter((name) => !/^[a-z-]{3,50}$/u.test(name))).toEqual([]);
});

describe("every statement by hand says of itself what the database says of it:", () => {
  test.each(statements)("$name", async (one) => {
    const known = await described(one.text);
    expect(known.parameters).toEqual(Object.values(one.parameters).map((type) => type.replace("?", "")));
    const columns = Object.entries(one.row?.shape ?? {});
    expect(known.columns.map(({ name }) => name).toSorted()).toEqual(columns.map(([name]) => name).toSorted());
    for (const { name, type } of known.columns) {
      const schema = one.row?.shape[name];
      expect(schema && typesOf(schema), `the column ${name}`).toContain(type);
    }
  });
});

test("a column that the declaration does not know, or has another type, is found", async () => {
  const { columns, parameters } = await described(`select "isOwner", "createdAt" as at from "Account" where id = $1`);
  expect(parameters).toEqual(["uuid"]);
  expect(columns).toEqual([
    { name: "isOwner", type: "bool" },
    { name: "at", type: "timestamptz" },
  ]);
  expect(typesOf(z.string())).not.toContain("bool");
});

test("values go in by their names and rows come out parsed", async () => {
  const echo = statement({
    name: "echo",
    text: "select $1::uuid as id, $2::json as value, $3::jsonb[] as list, $4::timestamptz as at, $5::text[] as texts",
    parameters: { id: "uuid", value: "json", list: "jsonb[]", at: "timestamptz?", texts: "text[]" },
    row: z.object({
      id: z.string(),
      value: z.unknown(),
      list: z.array(z.unknown()),
      at: z.date().nullable(),
      texts: z.array(z.string()),
    }),
  });
  const id = "8d7d1c4e-0f5e-4a36-9f5e-6d0c8a9d2b11";
  const given = { value: [1, { b: 1, a: 2 }], list: [{ a: 'q"' }, [2]], at: null, texts: ["a,b", "{"] };
  expect(await echo(database, { ...given, texts: given.texts, id })).toEqual([{ ...given, id }]);
});

type Column = { readonly name: string; readonly type: string };

/** What PostgreSQL says of a statement that it has parsed, and not run. */
async function described(text: string) {
  const client = await database.pool.connect();
  try {
    const known = await new Promise<Description>((resolve, reject) => {
      client.query(describing(text, resolve, reject));
    });
    const { rows: types } = await client.query<{ oid: number; name: string }>(
      "select oid::int as oid, case when typname like '\\_%' then substr(typname, 2) || '[]' else typname end as name from pg_type",
    );
    const names = new Map(types.map(({ oid, name }) => [oid, name]));
    const columns: Column[] = known.fields.map((field) => ({
      name: field.name,
      type: names.get(field.dataTypeID) ?? "",
    }));
    return { parameters: known.parameters.map((oid) => names.get(oid)), columns };
  } finally {
    client.release();
  }
}

type Description = { parameters: number[]; fields: { name: string; dataTypeID: number }[] };

/** Asks for the description of a statement; the handlers are those that the driver calls of a query. */
function describing(text: string, tell: (known: Description) => void, fail: (error: Error) => void): Submittable {
  const known: Description = { parameters: [], fields: [] };
  let fault: Error | null = null;
  const handlers = {
    submit(connection: Connection) {
      connection.once("parameterDescription", ({ dataTypeIDs }) => {
        known.parameters = dataTypeIDs;
      });
      connection.parse({ name: "", text, types: [] }, true);
      connection.describe({ type: "S", name: "" }, true);
      connection.sync();
    },
    handleRowDescription({ fields }: Pick<Description, "fields">) {
      known.fields = fields;
    },
    handleError(error: Error) {
      fault = error;
    },
    handleReadyForQuery() {
      if (fault) fail(fault);
      else tell(known);
    },
  };
  return handlers;
}

const TEXTS = ["text", "uuid", "varchar", "int8", "name"];
const JSON_TYPES = ["json", "jsonb"];

/** The types of PostgreSQL whose values the driver gives as what a schema takes. */
function typesOf(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodCatch) {
    return typesOf(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return typesOf(schema.in);
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return TEXTS;
  if (schema instanceof z.ZodNumber) return ["int2", "int4", "float4", "float8"];
  if (schema instanceof z.ZodBoolean) return ["bool"];
  if (schema instanceof z.ZodDate) return ["timestamptz"];
  if (schema instanceof z.ZodCustom) return ["bytea"];
  if (schema instanceof z.ZodArray) return [...typesOf(schema.element).map((type) => `${type}[]`), ...JSON_TYPES];
  return JSON_TYPES;
}
