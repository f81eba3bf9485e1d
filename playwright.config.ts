import { defineConfig } from "@playwright/test";
import { isEverything } from "./lib/testing/everything.ts";
import { CHROMIUM_FLAGS, findChromium } from "./scripts/chromium.ts";

export default defineConfig({
  // How long something takes is measured by the benchmark; here it only has to come.
  expect: { timeout: 30_000 },
  testDir: "e2e",
  // npm run test:everything has those too.
  ...(isEverything ? {} : { grepInvert: /@nightly/u }),
  workers: 2,
  timeout: 180_000,
  retries: process.env.CI ? 1 : 0,
  use: {
    launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS },
    trace: "on-first-retry",
  },
});
