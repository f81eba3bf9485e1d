import { defineConfig } from "@playwright/test";
import { CHROMIUM_FLAGS, findChromium } from "./scripts/chromium.ts";

export default defineConfig({
  testDir: "e2e",
  workers: 2,
  timeout: 60_000,
  retries: process.env.CI ? 1 : 0,
  use: {
    launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS },
    trace: "retain-on-failure",
  },
});
