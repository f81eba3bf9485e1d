// node scripts/new-migration.ts NAME Writes prisma/migrations/<time>_NAME/migration.sql: from the schema as the
// migrations leave it to prisma/schema.prisma.
import { copyFile, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../lib/db/database.ts";
import { currentSchema, migratedSchema, schemaDiff } from "../lib/db/schema-diff.ts";

const root = process.cwd();
const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error("Usage: node scripts/new-migration.ts NAME (lower-case letters, digits, underscores)");
  process.exit(2);
}
const database = await openDatabase({ dataDir: await mkdtemp(join(tmpdir(), "parley-")), root });
const sql = await schemaDiff(root, database.pool);
await database.close();
if (sql === "") {
  console.log("The migrations already say what prisma/schema.prisma says.");
} else {
  const time = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = join(root, "prisma/migrations", `${time}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "migration.sql"), sql);
  await copyFile(currentSchema(root), migratedSchema(root));
  console.log(`Wrote ${folder}/migration.sql. Add by hand what the schema language cannot say, then commit it.`);
}
