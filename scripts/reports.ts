import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

const MESSAGE_LINES = 12;

/** What a test runner's JSON report says. `failures`: each failed test's name, and below it the first lines of why. */
export type Report = { readonly passed: number; readonly failures: readonly string[] };

// Vitest: Reporters, JSON Reporter.
const vitestReport = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** A report of Vitest; none counts as an empty one. A file that could not be loaded is one failure. */
export function readVitestReport(file: string): Report {
  if (!existsSync(file)) return { passed: 0, failures: [] };
  const { numPassedTests, testResults } = vitestReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === "failed");
    if (tests.length === 0 && status === "failed") return [failureText(relative(".", name), message)];
    return tests.map(({ fullName, failureMessages }) =>
      failureText(`${relative(".", name)} › ${fullName}`, ...(failureMessages ?? [])),
    );
  });
  return { passed: numPassedTests, failures };
}

// Playwright: JSONReport in @playwright/test/reporter.
const spec = z.object({
  title: z.string(),
  ok: z.boolean(),
  tests: z.array(
    z.object({
      status: z.string(),
      results: z.array(z.object({ errors: z.array(z.object({ message: z.string().optional() })) })),
    }),
  ),
});
const suite = z.object({
  title: z.string(),
  specs: z.array(spec),
  get suites() {
    return z.array(suite).optional();
  },
});
const playwrightReport = z.object({
  suites: z.array(suite),
  stats: z.object({ expected: z.number(), flaky: z.number() }),
});

/** A report of Playwright; none counts as an empty one. A test that a second try passed has passed. */
export function readPlaywrightReport(file: string): Report {
  if (!existsSync(file)) return { passed: 0, failures: [] };
  const { suites, stats } = playwrightReport.parse(JSON.parse(readFileSync(file, "utf8")));
  return { passed: stats.expected + stats.flaky, failures: suites.flatMap(failuresOf) };
}

function failuresOf({ title, specs, suites = [] }: z.infer<typeof suite>): string[] {
  const own = specs
    .filter(({ ok }) => !ok)
    .map((failed) => {
      const errors = failed.tests.flatMap(({ results }) => results.flatMap((result) => result.errors));
      return failureText(`${title} › ${failed.title}`, ...errors.map(({ message }) => message ?? ""));
    });
  return [...own, ...suites.flatMap(failuresOf)];
}

function failureText(name: string, ...messages: readonly string[]): string {
  const lines = stripVTControlCharacters(messages.join("\n"))
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.includes("node_modules"));
  return [name, ...lines.slice(0, MESSAGE_LINES)].join("\n  ");
}
