import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { beforeAll, vi } from "vitest";

// Files of tests that share a process: each begins with the settings that the process was started with, whatever one
// before it has set, and with real clocks.

declare global {
  var settingsAtStart: NodeJS.ProcessEnv | undefined;
}

// Threads that a file starts are compiled once for all files, as in a server (scripts/start.mjs).
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "../../.next/compile-cache");
enableCompileCache(process.env.NODE_COMPILE_CACHE);

globalThis.settingsAtStart ??= { ...process.env };
const atStart = globalThis.settingsAtStart;

beforeAll(() => {
  vi.useRealTimers();
  for (const name of Object.keys(process.env)) if (!(name in atStart)) delete process.env[name];
  Object.assign(process.env, atStart);
});
