import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Hide, hiding, withoutSecretShapes } from "../../domain/secrets.ts";
import { openRedis } from "../redis.ts";
import { secretsOf } from "../secrets.ts";
import { localUrl, parseSettings, type Settings } from "../settings.ts";
import { checkBackups } from "./backups.ts";
import { checkDatabase, checkSearch, checkServer } from "./database.ts";
import { checkExposure } from "./exposure.ts";
import { type Finding, fail, ok } from "./finding.ts";
import { judgeVersion } from "./floors.ts";
import { checkFolder } from "./folder.ts";
import { checkProvider } from "./provider.ts";
import { askHealth } from "./running.ts";
import { checkStreams } from "./streams.ts";
import { checkSecrets } from "./strength.ts";

/** No check takes longer, whatever it waits for. */
const LIMIT_MS = 30_000;

export type Patient = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder of package.json. */
  readonly root: string;
  /** The address that people use, where it is another than the settings'. */
  readonly url?: string;
};

/**
 * Looks at a server from outside, whether it runs or not, and changes nothing. Findings come in the order of the
 * checks; no text of one holds a secret of the settings. Never throws.
 */
export async function examine({ environment, root, url }: Patient): Promise<Finding[]> {
  const versions = versionsOf(root);
  let settings: Settings;
  try {
    settings = parseSettings(environment);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return [
      ...versions,
      fail("settings", why, "Correct it in .env or in the environment; .env.example says what each may be."),
    ];
  }
  const dataDir = resolve(root, settings.dataDir);
  const key = settings.apiKey ?? textOf(join(dataDir, "api-key"));
  const hide = hiding([...secretsOf(settings, environment), ...(key === null ? [] : [key])]);
  const health = await askHealth(localUrl(settings), key);
  const address = (url ?? settings.publicUrl ?? localUrl(settings)).replace(/\/+$/u, "");
  const isAsked = health !== null || address !== localUrl(settings);
  const checks: readonly [string, () => Finding[] | Promise<Finding[]>][] = [
    ["data folder", () => checkFolder(dataDir)],
    ["server", () => [checkServer(settings, health)]],
    ["database", () => checkDatabase({ settings, dataDir, root }, health)],
    ["search", () => checkSearch(health)],
    ["back-ups", () => checkBackups(settings, root, health !== null, Date.now())],
    ["Redis", () => checkRedis(settings)],
    ["model provider", async () => [await checkProvider(settings)]],
    ["streams", async () => (isAsked ? [await checkStreams(address, key)] : [])],
    ["secrets", () => checkSecrets(settings, dataDir)],
    ["exposure", () => checkExposure(settings, environment)],
  ];
  const found = await Promise.all(checks.map(([name, check]) => limited(name, check, hide)));
  return [...versions, ok("settings", "can be read"), ...found.flat().map((finding) => hidden(finding, hide))];
}

async function limited(name: string, check: () => Finding[] | Promise<Finding[]>, hide: Hide): Promise<Finding[]> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  try {
    return await Promise.race([(async () => check())(), late.promise]);
  } catch (thrown) {
    const why = thrown instanceof Error ? causeOf(thrown) : String(thrown);
    return [fail(name, withoutSecretShapes(hide(why)), "See that it runs, and that its settings lead to it.")];
  } finally {
    clearTimeout(timer);
  }
}

/** Some errors of connections have an empty message, and one for each address that was tried. */
const causeOf = (thrown: Error): string =>
  thrown instanceof AggregateError && thrown.message === "" ? thrown.errors.map(String).join("; ") : thrown.message;

const hidden = (finding: Finding, hide: Hide): Finding => ({ ...finding, found: hide(finding.found) });

function versionsOf(root: string): Finding[] {
  const installed = (name: string) => {
    const manifest = textOf(join(root, "node_modules", name, "package.json"));
    return z.object({ version: z.string() }).parse(JSON.parse(manifest ?? "{}")).version;
  };
  return [
    judgeVersion("Node.js", process.version),
    judgeVersion("Next.js", installed("next")),
    judgeVersion("PGlite", installed("@electric-sql/pglite")),
  ];
}

async function checkRedis({ redisUrl }: Settings): Promise<Finding[]> {
  if (redisUrl === undefined) return [];
  const redis = await openRedis(redisUrl, { warn() {}, info() {} });
  try {
    await redis.ping();
    return [ok("Redis", "answers")];
  } finally {
    redis.disconnect();
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
