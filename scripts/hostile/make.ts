// node scripts/hostile/make.ts N FILE: makes the N-th hostile file, in a process that takes its memory with it.
import { writeFileSync } from "node:fs";
import { HOSTILE_FILES } from "../../lib/testing/hostile-files.ts";

const [n, file = ""] = process.argv.slice(2);
writeFileSync(file, HOSTILE_FILES[Number(n)]?.make() ?? "");
