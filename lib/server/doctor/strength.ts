import { statSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../settings.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const LEAST_CHARACTERS = 32;
const LEAST_BITS = 96;
const WORDS = /change|secret|passwor|example|default|parley|admin|test|12345|abcde|qwert/iu;

/** Why a secret can be guessed, or null. Counts bits as if its characters were drawn from those that it has. */
export function weaknessOf(secret: string): "guessed" | "short" | null {
  const distinct = new Set(secret).size;
  if (distinct < 8 || (WORDS.test(secret) && secret.length < 2 * LEAST_CHARACTERS)) return "guessed";
  const bits = secret.length * Math.log2(distinct);
  return secret.length < LEAST_CHARACTERS || bits < LEAST_BITS ? "short" : null;
}

/** How strong the secrets of the settings are, whether instances share them, and who may read those in files. */
export function checkSecrets(settings: Settings, dataDir: string): Finding[] {
  const given = [
    { name: "PARLEY_API_KEY", value: settings.apiKey, file: "api-key" },
    { name: "NEXTAUTH_SECRET", value: settings.secret, file: "secret" },
  ];
  const findings = given.map(({ name, value, file }) =>
    value === undefined ? checkFile(name, join(dataDir, file), settings) : checkValue(name, value),
  );
  const cron = settings.cronSecret === undefined ? [] : [checkValue("CRON_SECRET", settings.cronSecret)];
  return [...findings, ...cron];
}

function checkValue(name: string, value: string): Finding {
  const fix = "Set it to what `openssl rand -hex 32` prints.";
  const weakness = weaknessOf(value);
  if (weakness === "guessed")
    return fail(name, "can be guessed: it is of few characters, or of words that others use too", fix);
  return weakness === "short" ? warn(name, `has ${value.length} characters, which is short`, fix) : ok(name, "strong");
}

function checkFile(name: string, file: string, { databaseUrl }: Settings): Finding {
  const stat = statSync(file, { throwIfNoEntry: false });
  if ((stat?.mode ?? 0) & 0o077) {
    return warn(name, `${file} can be read by other users of this machine`, `Run \`chmod 600 ${file}\`.`);
  }
  if (databaseUrl === undefined) return ok(name, stat ? `in ${file}` : `is made in ${file} at the first start`);
  const fix =
    "Where several instances share the database, set it to the same value for all, or let them share DATA_DIR.";
  return warn(
    name,
    stat ? `in ${file}, for this instance alone` : `will be made in ${file}, for this instance alone`,
    fix,
  );
}
