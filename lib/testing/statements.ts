import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { z } from "zod";
import type { ParameterType } from "../db/sql/statement.ts";

/** What a statement says of itself. */
export type Declared = {
  readonly name: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, ParameterType>>;
  readonly row?: z.ZodObject;
  readonly isPlannedAnew?: boolean;
};

/** Every statement that the files of lib/db/sql export. */
export async function declaredStatements(): Promise<Declared[]> {
  const folder = join(import.meta.dirname, "../db/sql");
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const modules: Record<string, unknown>[] = await Promise.all(
    files.map((file) => import(pathToFileURL(join(folder, file)).href)),
  );
  return modules.flatMap((module) => Object.values(module).filter(isStatement));
}

function isStatement(value: unknown): value is Declared & (() => void) {
  return typeof value === "function" && "text" in value && "parameters" in value;
}
