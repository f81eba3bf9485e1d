import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockDirectory } from "./directory-lock.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-lock-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const file = () => join(folder, "lock");
const holder = (about: object) =>
  writeFileSync(
    file(),
    JSON.stringify({ token: "t", pid: 1, host: hostname(), startedAt: null, since: "2026-01-01", ...about }),
  );
/** The number of a process that has ended. */
const goneProcess = () => spawnSync(process.execPath, ["-e", ""]).pid;

test("a folder that is taken is free again when it is given back, and nothing stays in it", () => {
  const unlock = lockDirectory(folder);
  unlock();
  expect(readdirSync(folder)).toEqual([]);
  lockDirectory(folder)();
});

test("this process cannot take a folder twice", () => {
  const unlock = lockDirectory(folder);
  expect(() => lockDirectory(folder)).toThrow(`is in use by process ${process.pid}`);
  unlock();
});

test("a folder that a living process holds is refused, with its number and what to do", async () => {
  const module = join(import.meta.dirname, "directory-lock.ts");
  const script = `import { lockDirectory } from ${JSON.stringify(module)}; lockDirectory(process.argv[1]); console.log("held"); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ["--input-type=module-typescript", "-e", script, folder]);
  try {
    await new Promise((resolve) => other.stdout.once("data", resolve));
    expect(() => lockDirectory(folder)).toThrow(
      new RegExp(`is in use by process ${other.pid} on .* set DATA_DIR to another folder`, "u"),
    );
  } finally {
    other.kill("SIGKILL");
    await new Promise((resolve) => other.once("exit", resolve));
  }
  // It was killed and gave nothing back.
  lockDirectory(folder)();
});

test("the lock of a process that has ended is replaced", () => {
  holder({ pid: goneProcess() });
  lockDirectory(folder);
  expect(JSON.parse(readFileSync(file(), "utf8")).pid).toBe(process.pid);
});

test("the lock of a process whose number another one has by now is replaced", () => {
  holder({ pid: process.ppid, startedAt: "7" });
  lockDirectory(folder)();
});

test("the lock of a process before this one under the same number is replaced", () => {
  holder({ pid: process.pid, startedAt: "7" });
  lockDirectory(folder)();
});

test("the lock of another machine is believed", () => {
  holder({ host: "elsewhere", pid: goneProcess() });
  expect(() => lockDirectory(folder)).toThrow("on elsewhere since 2026-01-01");
});

test.each([[""], ["{"], ['{"pid":1}'], ["null"]])("a half-written lock (%j) is nobody's", (text) => {
  writeFileSync(file(), text);
  lockDirectory(folder)();
});

test("only one's own lock is given back", () => {
  const unlock = lockDirectory(folder);
  holder({ token: "of somebody else" });
  unlock();
  expect(readdirSync(folder)).toEqual(["lock"]);
});

test("of processes that find a dead one's lock together, one gets the folder", async () => {
  holder({ pid: goneProcess() });
  const module = join(import.meta.dirname, "directory-lock.ts");
  const script = `import { lockDirectory } from ${JSON.stringify(module)};
    while (Date.now() < Number(process.argv[2]));
    try { lockDirectory(process.argv[1]); console.log("held"); } catch { console.log("refused"); }
    setInterval(() => {}, 1000);`;
  const at = String(Date.now() + 600);
  const others = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module-typescript", "-e", script, folder, at]),
  );
  const said = await Promise.all(
    others.map(
      (one) => new Promise<string>((resolve) => one.stdout.once("data", (text) => resolve(String(text).trim()))),
    ),
  );
  for (const one of others) one.kill("SIGKILL");
  expect(said.sort()).toEqual(["held", "refused", "refused", "refused"]);
});
