import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { startSchemaEngine } from "./schema-engine.ts";

/** The schema as the migrations leave it. It is kept beside them, and moves on with each new one. */
export const migratedSchema = (root: string): string => join(root, "prisma/migrations/schema.prisma");
export const currentSchema = (root: string): string => join(root, "prisma/schema.prisma");

/**
 * The SQL that turns the migrated schema into the current one; empty when the migrations are complete.
 *
 * It compares two schema files and reads no database, so it never proposes to drop the partial indexes and checks that
 * the migrations add by hand. The engine wants a connection all the same: any database does.
 */
export async function schemaDiff(root: string, pool: Pool): Promise<string> {
  const side = async (path: string) => ({
    tag: "schemaDatamodel" as const,
    files: [{ path, content: await readFile(path, "utf8") }],
    configDir: root,
  });
  const engine = await startSchemaEngine(pool, root);
  try {
    const { stdout } = await engine.diff({
      from: await side(migratedSchema(root)),
      to: await side(currentSchema(root)),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const sql = stdout ?? "";
    return sql.includes("This is an empty migration") ? "" : sql;
  } finally {
    engine.free();
  }
}
