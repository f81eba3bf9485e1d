import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const VERSION = "64.0.2";

/**
 * The program `vercel`, installed once in a folder of its own under the temporary one: it is larger than all that the
 * project needs, and only this test does. Throws where it cannot be installed.
 */
export function vercelCli(): string {
  const folder = join(tmpdir(), `parley-vercel-${VERSION}`);
  const program = join(folder, "node_modules/vercel/dist/vc.js");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  // One of its packages names a version of another that was never published.
  const about = { private: true, dependencies: { vercel: VERSION }, overrides: { sandbox: "4.5.0" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(about));
  const { status, stderr } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0 || !existsSync(program)) throw new Error(`The program vercel could not be installed:\n${stderr}`);
  return program;
}
