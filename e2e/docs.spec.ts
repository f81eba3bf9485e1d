import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { DIALECTS } from "../lib/dialects/index.ts";
import { startServer, type WatchedServer } from "./server.ts";

// Runs every snippet of the quick starts, in their order, as a reader would paste them: `sh` in one shell, `ts` each as
// a file. What follows as `text` is in what the snippet prints.

type Environment = Readonly<Record<string, string | undefined>>;
type Snippet = { readonly language: string; readonly code: string; readonly expected: readonly string[] };

// What is printed is compared: without colours.
const PLAIN: Environment = { NO_COLOR: "1", FORCE_COLOR: "0" };

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

function snippets(file: string): Snippet[] {
  const blocks = [...readFileSync(file, "utf8").matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].map(([, language, code]) => ({
    language: language ?? "",
    code: code ?? "",
  }));
  return blocks.flatMap(({ language, code }, n) => {
    if (language === "text") return [];
    const next = blocks[n + 1];
    const expected = next?.language === "text" ? next.code.trim().split("\n") : [];
    return [{ language, code, expected }];
  });
}

/** The snippet for this server: where it listens, and where its key is. */
const here = (code: string) =>
  code.replaceAll("http://127.0.0.1:3000", server.url).replaceAll("data/api-key", join(server.dataDir, "api-key"));

function run(command: string, args: string[], environment: Environment): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...PLAIN, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve(text) : reject(new Error(`It ended with ${code}:\n${text}`))));
  });
}

// Each dialect has a quick start; what else is told in docs is not for running.
const files = DIALECTS.map(({ name }) => `${name}.md`);

for (const name of files) {
  test(`every snippet of docs/${name} runs`, { tag: "@nightly" }, async () => {
    test.slow();
    const exported: string[] = [];
    for (const [n, { language, code, expected }] of snippets(join("docs", name)).entries()) {
      const label = `snippet ${n + 1} of ${name}`;
      let output = "";
      if (language === "sh") {
        if (code.startsWith("export ")) exported.push(here(code));
        output = await run("bash", ["-euo", "pipefail", "-c", [...exported, here(code)].join("\n")], {});
        expect(output, label).not.toMatch(/"detail":|"error":(?!null)|^curl:/mu);
      } else {
        // Beside the tests, so that its imports are found.
        const file = join("e2e", `_snippet-${name}-${n}.ts`);
        writeFileSync(file, here(code));
        const environment = await exportedBy(exported);
        try {
          output = await run(process.execPath, ["--no-warnings", file], environment);
        } finally {
          rmSync(file);
        }
      }
      for (const text of expected) expect(output, label).toContain(text);
    }
  });
}

/** What `export` lines of a document put into the environment. */
async function exportedBy(lines: readonly string[]): Promise<Environment> {
  const text = await run("bash", ["-euc", `${lines.join("\n")}\nenv -0`], {});
  return Object.fromEntries(text.split("\0").map((pair) => [pair.split("=")[0], pair.slice(pair.indexOf("=") + 1)]));
}
