import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { vercelCli } from "./cli.ts";

const root = join(import.meta.dirname, "../..");

/** Copies the project into a folder: its sources, and its packages by hard links where that can be. */
export function copyProject(to: string): void {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of listed.stdout.split("\n")) {
    if (file === "" || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file));
  }
  const linked = spawnSync("cp", ["-al", join(root, "node_modules"), join(to, "node_modules")]);
  if (linked.status !== 0) cpSync(join(root, "node_modules"), join(to, "node_modules"), { recursive: true });
  // The packages are there: of the installation only what it makes of them is left.
  const config = JSON.parse(readFileSync(join(to, "vercel.json"), "utf8"));
  writeFileSync(
    join(to, "vercel.json"),
    JSON.stringify({ ...config, installCommand: "node_modules/.bin/node scripts/generate.ts" }),
  );
}

/**
 * Builds a copy of the project by Vercel's own program for production, without an account: what that would say of the
 * project stands in two files. Gives the folder of the output. Throws what it printed where the build fails.
 */
export function buildForVercel(
  project: string,
  environment: Readonly<Record<string, string>>,
): { readonly output: string; readonly printed: string } {
  const program = vercelCli();
  mkdirSync(join(project, ".vercel"), { recursive: true });
  const settings = { framework: "nextjs", nodeVersion: "24.x" };
  writeFileSync(
    join(project, ".vercel/project.json"),
    JSON.stringify({ projectId: "emulated", orgId: "emulated", settings }),
  );
  const lines = Object.entries(environment).map(([name, value]) => `${name}="${value}"`);
  writeFileSync(join(project, ".vercel/.env.production.local"), `${lines.join("\n")}\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "build", "--prod", "--yes"], {
    cwd: project,
    encoding: "utf8",
    env: {
      NODE_ENV: "production",
      PATH: `${join(project, "node_modules/.bin")}:${process.env.PATH}`,
      HOME: project,
      TMPDIR: process.env.TMPDIR ?? "/tmp",
      VERCEL_TELEMETRY_DISABLED: "1",
      NEXT_TELEMETRY_DISABLED: "1",
    },
  });
  const printed = `${stdout}\n${stderr}`;
  if (status !== 0) throw new Error(`vercel build failed:\n${printed}`);
  return { output: join(project, ".vercel/output"), printed };
}
