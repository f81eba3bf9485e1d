// npm run migrate [-- --again NAME | --done NAME]: applies pending migrations, as a step of a deploy, on
// DATABASE_URL_UNPOOLED, DIRECT_URL or DATABASE_URL; without one, on the embedded database while no server runs. The
// options say of a migration that was left unfinished that it is to be applied anew, or that it is applied.
import { parseArgs } from "node:util";
import { openDatabase } from "../lib/db/database.ts";
import { withoutSecretShapes } from "../lib/domain/secrets.ts";
import { root, scriptSettings } from "./script-settings.ts";

const { values } = parseArgs({ options: { again: { type: "string" }, done: { type: "string" } } });
const settle = values.again
  ? { name: values.again, outcome: "again" as const }
  : values.done
    ? { name: values.done, outcome: "done" as const }
    : undefined;
try {
  const { databaseUrl, directUrl, dataDir } = scriptSettings();
  let applied: readonly string[] = [];
  const log = {
    info(fields: { readonly applied?: readonly string[] }) {
      applied = fields.applied ?? applied;
    },
    error: (_: object, message: string) => console.error(message),
  };
  const database = await openDatabase({ url: directUrl ?? databaseUrl, dataDir, root, settle, log });
  await database.close();
  for (const name of applied) console.log(`Applied ${name}`);
  console.log(applied.length === 0 ? "Nothing was pending." : `Applied ${applied.length} migrations.`);
} catch (thrown) {
  console.error(withoutSecretShapes(thrown instanceof Error ? thrown.message : String(thrown)));
  process.exitCode = 1;
}
