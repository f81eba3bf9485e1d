// npm run move-to-postgres -- postgresql://…: copies the embedded database into an empty PostgreSQL database, while no
// server runs, and proves that both have the same rows. The embedded one stays as it is. The address may also be that
// of DATABASE_URL.
import { moveToPostgres } from "../lib/db/backup/move.ts";
import { withoutSecretShapes } from "../lib/domain/secrets.ts";
import { root, scriptSettings } from "./script-settings.ts";

try {
  const { dataDir, databaseUrl, directUrl } = scriptSettings();
  const url = process.argv[2] ?? directUrl ?? databaseUrl;
  if (url === undefined)
    throw new Error("Usage: npm run move-to-postgres -- postgresql://user:password@host:5432/name");
  const moved = await moveToPostgres({ dataDir, url, root, tell: (line) => console.log(line) });
  const rows = moved.reduce((sum, table) => sum + table.rows, 0);
  console.log(
    `${rows} rows are in both. Set DATABASE_URL to the new address and start; keep DATA_DIR for its api-key and`,
  );
  console.log("secret, or set PARLEY_API_KEY and NEXTAUTH_SECRET to what they hold. Its pgdata was left as it was.");
} catch (thrown) {
  console.error(withoutSecretShapes(thrown instanceof Error ? thrown.message : String(thrown)));
  process.exitCode = 1;
}
