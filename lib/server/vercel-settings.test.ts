import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import { FUNCTION_SECONDS } from "./host.ts";
import { answersTo } from "./hosts.ts";
import { parseSettings } from "./settings.ts";

const SET = {
  VERCEL: "1",
  DATABASE_URL: "postgresql://u:p@db.example:5432/parley",
  PARLEY_API_KEY: "a key of the owner for tests",
  NEXTAUTH_SECRET: "a secret for cookies in tests",
  CRON_SECRET: "a secret for the timetable",
};
const DEPLOYMENT = {
  VERCEL_ENV: "production",
  VERCEL_URL: "parley-abc123.vercel.app",
  VERCEL_BRANCH_URL: "parley-git-main.vercel.app",
  VERCEL_PROJECT_PRODUCTION_URL: "chat.example.org",
};

function faultOf(environment: Readonly<Record<string, string>>): string {
  try {
    parseSettings(environment);
    return "none";
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ChatError);
    expect(thrown).toMatchObject({ code: "unavailable" });
    return thrown instanceof Error ? thrown.message : "";
  }
}

test("all settings that a deployment on Vercel lacks are named at once, with those that are wrong", () => {
  expect(faultOf({ VERCEL: "1", LOG_LEVEL: "loud", NEXTAUTH_SECRET: " " })).toBe(
    "Wrong setting: DATABASE_URL must be set on Vercel; PARLEY_API_KEY must be set on Vercel; " +
      "NEXTAUTH_SECRET must be set on Vercel; CRON_SECRET must be set on Vercel; " +
      "LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent.",
  );
  expect(faultOf({ ...SET, CRON_SECRET: "short" })).toBe("Wrong setting: CRON_SECRET must have 16 characters or more.");
  expect(faultOf(SET)).toBe("none");
  expect(faultOf({})).toBe("none");
});

test("on Vercel strangers stay out, one proxy is believed, bodies fit, and the address is that of production", () => {
  const settings = parseSettings({ ...SET, ...DEPLOYMENT });
  expect(settings).toMatchObject({
    isFunction: true,
    publicUrl: "https://chat.example.org",
    trustedProxies: 1,
    guests: false,
    signUp: false,
  });
  expect(settings.mostBodyBytes).toBeLessThan(4_500_000);
  for (const host of [...Object.values(DEPLOYMENT).slice(1), "localhost:3000"]) {
    expect([host, answersTo(new Headers({ host }), settings)]).toEqual([host, true]);
  }
  expect(answersTo(new Headers({ host: "other.vercel.app" }), settings)).toBe(false);
});

test("a preview on Vercel has its own address, and what somebody has set stays", () => {
  const preview = { ...SET, ...DEPLOYMENT, VERCEL_ENV: "preview" };
  expect(parseSettings(preview).publicUrl).toBe("https://parley-git-main.vercel.app");
  const own = {
    NEXTAUTH_URL: "https://other.example",
    TRUSTED_PROXIES: "2",
    ALLOWED_HOSTS: "third.example",
    GUESTS: "on",
  };
  expect(parseSettings({ ...preview, ...own })).toMatchObject({
    publicUrl: "https://other.example",
    trustedProxies: 2,
    guests: true,
    signUp: false,
    allowedHosts: expect.arrayContaining(["third.example", "parley-abc123.vercel.app"]),
  });
});

test("elsewhere nothing of Vercel's counts", () => {
  expect(parseSettings({ ...DEPLOYMENT })).toEqual(parseSettings({}));
  expect(parseSettings({})).toMatchObject({ isFunction: false, mostBodyBytes: undefined });
});

test("vercel.json has the longest time that turns are left in, cancels, and asks for the sweep", () => {
  const file = JSON.parse(readFileSync(join(import.meta.dirname, "../../vercel.json"), "utf8"));
  expect(Object.values(file.functions)).toEqual([{ maxDuration: FUNCTION_SECONDS, supportsCancellation: true }]);
  expect(file.crons).toEqual([{ path: "/api/cron", schedule: expect.any(String) }]);
});
