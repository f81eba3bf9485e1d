import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { Pool } from "pg";

type Engine = Awaited<ReturnType<typeof bindings.SchemaEngine.new>>;

/**
 * Starts Prisma's schema engine on a database, in this process.
 *
 * The engine is the WebAssembly twin of the binary that `prisma migrate` downloads, so a closed network can use it. It
 * compares schemas where migrations are written; a server that runs does without it.
 */
export async function startSchemaEngine(pool: Pool, root: string): Promise<Engine> {
  await loadOnce(root);
  const schema = await readFile(join(root, "prisma/schema.prisma"), "utf8");
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  return bindings.SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => {}, factory);
}

let loading: Promise<void> | null = null;

/** Once in a process, as the bindings keep views of one memory; what did not load is tried again by the next. */
function loadOnce(root: string): Promise<void> {
  loading ??= load(root).catch((thrown) => {
    loading = null;
    throw thrown;
  });
  return loading;
}

async function load(root: string): Promise<void> {
  const bytes = await readFile(join(root, "node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm"));
  // The engine's own imports are functions of its bindings module.
  const imports = { "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports };
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === "function") start();
}
