import { existsSync } from "node:fs";
import { chromium } from "playwright";
import { findOrInstall, installPackage, run } from "./install.ts";

const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Flags for a browser that runs as root in a container and talks to nobody but us. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function find(): string | null {
  const own = chromium.executablePath();
  return [process.env.CHROMIUM_PATH, ...CANDIDATES, own].find((path) => path && existsSync(path)) ?? null;
}

/**
 * The path of a Chromium: CHROMIUM_PATH, one of the system, or Playwright's own; installed when there is none.
 *
 * Throws a sentence that says what to do when it cannot be installed.
 */
export function findChromium(): string {
  return findOrInstall("Chromium", "CHROMIUM_PATH", find, () => {
    run(process.execPath, "node_modules/playwright/cli.js", "install", "chromium");
    if (!find()) installPackage("chromium");
  });
}
