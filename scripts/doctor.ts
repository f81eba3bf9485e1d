// npm run doctor -- [--url https://chat.example.org] [--json]: looks at a server from outside, while it runs or not,
// and changes nothing: who holds its data, migrations, database, clock, model provider, whether streams come through in
// pieces, versions with known faults, the strength of secrets, room on the disk, and what strangers may do. Each line
// is ok, warn or fail, with what to do. Ends with 1 where one is fail. --url: the address that people use, where it is
// not NEXTAUTH_URL.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadEnvFile } from "node:process";
import { parseArgs } from "node:util";
import { examine } from "../lib/server/doctor/examine.ts";

const root = join(import.meta.dirname, "..");
process.chdir(root);
if (existsSync(".env")) loadEnvFile(".env");
const { values } = parseArgs({ options: { url: { type: "string" }, json: { type: "boolean", default: false } } });
const findings = await examine({ environment: process.env, root, url: values.url });
if (values.json) console.log(JSON.stringify(findings, null, 2));
else {
  for (const { check, state, found, fix } of findings) {
    console.log(`${state.padEnd(4)}  ${check}: ${found}${fix === null ? "" : `\n      → ${fix}`}`);
  }
  const count = (state: string) => findings.filter((finding) => finding.state === state).length;
  console.log(`\n${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} wrong`);
}
// The thread of a database that was looked at may take a moment to end.
process.exit(findings.some(({ state }) => state === "fail") ? 1 : 0);
