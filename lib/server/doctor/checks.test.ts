import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nameOf } from "../../db/backup/snapshots.ts";
import { parseSettings } from "../settings.ts";
import { checkBackups } from "./backups.ts";
import { checkExposure } from "./exposure.ts";
import { judgeVersion } from "./floors.ts";
import { checkFolder } from "./folder.ts";
import { checkSecrets, weaknessOf } from "./strength.ts";

type Environment = Readonly<Record<string, string>>;
const exposure = (environment: Environment) =>
  checkExposure(parseSettings(environment), environment).map(({ check, state }) => `${check} ${state}`);

test.each([
  ["Node.js", "v24.21.0", "ok"],
  ["Node.js", "v24.17.0", "ok"],
  ["Node.js", "v24.16.9", "fail"],
  ["Node.js", "v20.20.2", "fail"],
  ["Node.js", "v28.0.0", "ok"],
  ["Next.js", "16.2.5", "fail"],
  ["Next.js", "16.10.0", "ok"],
  ["PostgreSQL", "18.4 (Debian 18.4-1.pgdg12+1)", "ok"],
  ["PostgreSQL", "17.9", "warn"],
  ["PostgreSQL", "13.22", "warn"],
  ["PostgreSQL", "19beta1", "ok"],
] as const)("%s %s is %s", (product, version, state) => {
  const found = judgeVersion(product, version);
  expect(found.state).toBe(state);
  expect(found.fix === null).toBe(state === "ok");
});

test("a secret is weak when it is short, repeats itself or is made of words", () => {
  expect(weaknessOf("f3a9c1d27b5e480896e1a7c4d20b8f35")).toBeNull();
  expect(weaknessOf("kD8vQ2nX7tLbR4mZc9WyH5sJ3gPfA6eU")).toBeNull();
  expect(weaknessOf("f3a9c1d27b5e480896e1a7c4")).toBe("short");
  expect(weaknessOf("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")).toBe("guessed");
  expect(weaknessOf("change-me-before-you-go-live-please")).toBe("guessed");
});

test("secrets of the settings and of files are judged, and instances that would not share them", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-doctor-"));
  const states = (environment: Environment) =>
    checkSecrets(parseSettings(environment), dataDir).map(({ check, state }) => `${check} ${state}`);
  expect(states({})).toEqual(["PARLEY_API_KEY ok", "NEXTAUTH_SECRET ok"]);
  const shared = { DATABASE_URL: "postgresql://somebody:p@db.example/parley" };
  expect(states({ ...shared, PARLEY_API_KEY: "password password password" })).toEqual([
    "PARLEY_API_KEY fail",
    "NEXTAUTH_SECRET warn",
  ]);
  writeFileSync(join(dataDir, "api-key"), "pk_…");
  chmodSync(join(dataDir, "api-key"), 0o644);
  expect(states({})).toEqual(["PARLEY_API_KEY warn", "NEXTAUTH_SECRET ok"]);
  rmSync(dataDir, { recursive: true });
});

test("strangers are looked at where they reach the server, and what they may cost", () => {
  expect(exposure({})).toEqual(["strangers ok"]);
  expect(exposure({ GUESTS: "on" })).toEqual(["strangers ok"]);
  const open = {
    HOST: "0.0.0.0",
    NEXTAUTH_URL: "https://chat.example.org",
    TRUSTED_PROXIES: "1",
    OPENAI_API_KEY: "sk-x",
  };
  expect(exposure(open)).toEqual(["strangers ok", "encryption ok", "proxies ok"]);
  expect(exposure({ ...open, GUESTS: "on" })).toEqual(["strangers fail", "encryption ok", "proxies ok"]);
  expect(exposure({ ...open, SIGN_UP: "on", SERVER_TOKENS_PER_DAY: "100000" })[0]).toBe("strangers ok");
  expect(exposure({ ...open, GUESTS: "on", OPENAI_API_KEY: "" })[0]).toBe("strangers warn");
});

test("a way without encryption, and a proxy that is not counted, are told", () => {
  expect(exposure({ HOST: "0.0.0.0", NEXTAUTH_URL: "http://parley.lan:3000" })).toEqual([
    "strangers ok",
    "encryption warn",
  ]);
  expect(exposure({ NEXTAUTH_URL: "https://chat.example.org" })).toEqual([
    "strangers ok",
    "encryption ok",
    "proxies warn",
  ]);
  expect(exposure({ HOST: "0.0.0.0", NEXTAUTH_URL: "http://localhost:3000" })).toEqual([
    "strangers ok",
    "encryption ok",
  ]);
});

test("a data folder that is not there yet is judged by the one that it will be made in", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-doctor-"));
  const [found, space] = checkFolder(join(folder, "a/b"));
  expect(found).toMatchObject({ check: "data folder", state: "ok", found: join(folder, "a/b") });
  expect(space?.found).toMatch(/^\d+\.\d GB free$/u);
  rmSync(folder, { recursive: true });
});

test("back-ups that are missing, late or turned off are told, where there is something to save", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-doctor-"));
  const now = Date.parse("2026-06-01T12:00:00Z");
  const states = (environment: Environment = {}, isRunning = true) =>
    checkBackups(parseSettings({ DATA_DIR: folder, ...environment }), "/", isRunning, now).map(({ state }) => state);
  expect(states()).toEqual([]);
  mkdirSync(join(folder, "pgdata"));
  expect(states()).toEqual(["warn"]);
  mkdirSync(join(folder, "backups"));
  writeFileSync(join(folder, "backups", nameOf(new Date(now - 3 * 3_600_000))), "");
  expect(states()).toEqual(["ok"]);
  expect(states({ BACKUP_HOURS: "1" })).toEqual(["warn"]);
  expect(states({ BACKUP_HOURS: "1" }, false)).toEqual(["ok"]);
  expect(states({ BACKUP_HOURS: "0" })).toEqual(["warn"]);
  rmSync(folder, { recursive: true });
});
