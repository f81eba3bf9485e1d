import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { freePort } from "../lib/testing/free-port.ts";
import { startNginx } from "./nginx.ts";
import { startServer } from "./server.ts";

type Finding = { check: string; state: string; found: string };
const KEY = "f3a9c1d27b5e480896e1a7c4d20b8f35";

/** Runs `npm run doctor -- --json` with some settings. */
async function doctor(environment: Record<string, string>, ...more: string[]) {
  const child = spawn(process.execPath, ["scripts/doctor.ts", "--json", ...more], {
    env: { ...process.env, NODE_OPTIONS: "", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  const findings: Finding[] = JSON.parse(text);
  return { code, of: (check: string) => findings.find((finding) => finding.check.startsWith(check)) };
}

test("the doctor sees a running server, streams that come in pieces, and a proxy that holds them back", {
  tag: "@nightly",
}, async () => {
  const server = await startServer({ PARLEY_API_KEY: KEY });
  const settings = { PARLEY_API_KEY: KEY, DATA_DIR: server.dataDir, PORT: String(server.port) };
  const good = await startNginx({ upstream: server.url, location: "proxy_buffering off;" });
  // It listens to what a server says of buffering, unless it is told not to.
  const holding = "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;";
  const bad = await startNginx({ upstream: server.url, location: holding });

  const straight = await doctor(settings);
  expect(straight.of("server")?.state).toBe("ok");
  expect(straight.of("lock")?.found).toContain(`process ${server.process.pid} on `);
  expect(straight.of("migrations")?.state).toBe("ok");
  expect(straight.of("streams")?.state).toBe("ok");
  expect(straight.code).toBe(0);

  const through = await doctor(settings, "--url", `http://127.0.0.1:${good.port}`);
  expect(through.of("streams")?.state).toBe("ok");
  const held = await doctor(settings, "--url", `http://127.0.0.1:${bad.port}`);
  expect(held.of("streams")).toMatchObject({ state: "fail", found: expect.stringContaining("holds pieces back") });
  expect(held.code).toBe(1);

  // Strangers get no stream.
  const stranger = await fetch(`${server.url}/api/health?stream`);
  expect(stranger.headers.get("content-type")).toContain("application/json");
  await Promise.all([good.close(), bad.close()]);
  await server.kill("SIGTERM");
});

test("the doctor looks at a server that does not run", async () => {
  const settings = { DATA_DIR: mkdtempSync(join(tmpdir(), "parley-doctor-")), PORT: String(await freePort()) };
  const { of, code } = await doctor(settings);
  expect(of("server")?.state).toBe("warn");
  expect(of("database")?.found).toContain("none yet");
  expect(code).toBe(0);
});
