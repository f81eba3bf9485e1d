import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Hide, hiding } from "../domain/secrets.ts";
import { newKey, randomText } from "./keys.ts";
import { secretsOf } from "./secrets.ts";
import { type Settings, SHORTEST_KEY } from "./settings.ts";

/** What the server holds secret: as it is set, else as it was made at the first start and kept since. */
export type KeptSecrets = {
  /** Signs cookies and seals keys. */
  readonly secret: string;
  /** The owner's API key. */
  readonly ownerKey: string;
  /** Where that is: a file, or the name of the setting. */
  readonly keyPlace: string;
  /** Hides all of the server's own secrets in a text. */
  readonly hide: Hide;
};

/** Throws a sentence where a file cannot be used, or holds a key that is too short. */
export function keptSecrets(settings: Settings, dataDir: string): KeptSecrets {
  const secret = settings.secret ?? keptText(join(dataDir, "secret"), () => randomText(48), "NEXTAUTH_SECRET");
  const keyFile = join(dataDir, "api-key");
  const ownerKey = settings.apiKey ?? keptKey(keyFile);
  return {
    secret,
    ownerKey,
    keyPlace: settings.apiKey === undefined ? keyFile : "PARLEY_API_KEY",
    hide: hiding([...secretsOf(settings, process.env), secret, ownerKey]),
  };
}

/** The owner's key in a file: see `keptText`. Throws a sentence for one that somebody has made too short. */
function keptKey(file: string): string {
  const key = keptText(file, newKey, "PARLEY_API_KEY");
  if (key.length >= SHORTEST_KEY) return key;
  throw new Error(`The key in ${file} must have ${SHORTEST_KEY} characters or more. Delete the file for a new one.`);
}

/** The text of a file that only its owner can read; made when there is none. Throws a sentence when it cannot be. */
function keptText(file: string, make: () => string, setting: string): string {
  try {
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(file, `${make()}\n`, { flag: "wx", mode: 0o600 });
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
    }
    chmodSync(file, 0o600);
    return readFileSync(file, "utf8").trim();
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${file} cannot be used (${why}). Make DATA_DIR writable or set ${setting}.`);
  }
}
