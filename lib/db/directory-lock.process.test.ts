import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findHolder, lockDirectory } from "./directory-lock.ts";
import { processSpace } from "./process-state.ts";

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
/** What Node is called with to take a folder, say so and hold it. */
const holding = (taken: string) => {
  const module = join(import.meta.dirname, "directory-lock.ts");
  const script = `import { lockDirectory } from ${JSON.stringify(module)};
    await lockDirectory(process.argv[1]); console.log("held"); setInterval(() => {}, 1000);`;
  return ["--input-type=module-typescript", "-e", script, taken];
};
/** The number of a process that has ended. */
const goneProcess = () => spawnSync(process.execPath, ["-e", ""]).pid;

const take = async () => (await lockDirectory(folder)).release();

test("a folder that is taken is free again when it is given back, and nothing stays in it", async () => {
  await take();
  expect(readdirSync(folder)).toEqual([]);
  await take();
});

test("this process cannot take a folder twice", async () => {
  const lock = await lockDirectory(folder);
  await expect(lockDirectory(folder)).rejects.toThrow(`is in use by process ${process.pid}`);
  lock.release();
});

test("a folder that a living process holds is refused, with its number and what to do", async () => {
  const other = spawn(process.execPath, holding(folder));
  try {
    await new Promise((resolve) => other.stdout.once("data", resolve));
    await expect(lockDirectory(folder)).rejects.toThrow(
      new RegExp(`is in use by process ${other.pid} on .* set DATA_DIR to another folder`, "u"),
    );
  } finally {
    other.kill("SIGKILL");
  }
  // It was killed and gave nothing back, and may not even have ended.
  await take();
});

test("the lock of a process that has ended is replaced", async () => {
  holder({ pid: goneProcess() });
  const lock = await lockDirectory(folder);
  expect(JSON.parse(readFileSync(file(), "utf8")).pid).toBe(process.pid);
  lock.release();
});

test("the lock of a process whose number another one has by now is replaced", async () => {
  holder({ pid: process.ppid, startedAt: "7" });
  await take();
});

test("the lock of a process before this one under the same number is replaced", async () => {
  holder({ pid: process.pid, startedAt: "7" });
  await take();
});

test("C23: the lock of another machine is replaced when it has shown nothing for ten seconds", async () => {
  holder({ host: "elsewhere", space: "of elsewhere", pid: process.pid });
  const longAgo = new Date(Date.now() - 11_000);
  utimesSync(file(), longAgo, longAgo);
  await take();
});

test("C23: the lock of another machine is believed when it shows that its holder lives, whatever the clock there", async () => {
  holder({ host: "elsewhere", space: "of elsewhere", pid: goneProcess() });
  const text = readFileSync(file(), "utf8");
  const beats = setInterval(() => writeFileSync(file(), text, { flag: "r+" }), 300);
  const taking = lockDirectory(folder);
  await expect(taking).rejects.toThrow("on elsewhere since 2026-01-01");
  clearInterval(beats);
});

/** Another container of this machine: its processes are not seen here, but its kernel is ours. */
const neighbour = (socket: string) =>
  holder({ host: "elsewhere", space: `${processSpace()?.split(" ")[0]} pid:[1]`, pid: 1, socket });
/** Shows, as a holder does, that it lives. */
const beating = () => {
  const text = readFileSync(file(), "utf8");
  return setInterval(() => writeFileSync(file(), text, { flag: "r+" }), 200);
};

test.skipIf(processSpace() === null)(
  "the lock of a neighbouring container is replaced at once when its kernel has ended it",
  async () => {
    const script = `require("node:net").createServer().listen(process.argv[1], () => console.log("listens"))`;
    const other = spawn(process.execPath, ["-e", script, join(folder, "lock-dead")]);
    await new Promise((resolve) => other.stdout.once("data", resolve));
    neighbour("lock-dead");
    // Signs of life that go on after its end: what the kernel says counts.
    const beats = beating();
    try {
      await expect(findHolder(folder)).resolves.toMatchObject({ host: "elsewhere" });
      const ended = new Promise((resolve) => other.once("exit", resolve));
      other.kill("SIGKILL");
      await ended;
      await expect(findHolder(folder)).resolves.toBeNull();
      clearInterval(beats);
      const lock = await lockDirectory(folder);
      expect(readdirSync(folder)).not.toContain("lock-dead");
      lock.release();
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      clearInterval(beats);
      other.kill("SIGKILL");
    }
  },
);

test("C23: a process that was killed and that nobody reaps holds nothing", async () => {
  // `sleep` takes the shell's place and never waits for the child.
  const script = 'node "$@" & echo $!; exec sleep 100';
  const parent = spawn("sh", ["-c", script, "sh", ...holding(folder)], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const pid = Number((await lines.next()).value);
    expect((await lines.next()).value).toBe("held");
    process.kill(pid, "SIGKILL");
    await take();
    expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /u);
  } finally {
    parent.kill("SIGKILL");
  }
});

test.each([[""], ["{"], ['{"pid":1}'], ["null"]])("a half-written lock (%j) is nobody's", async (text) => {
  writeFileSync(file(), text);
  await take();
});

test("only one's own lock is given back", async () => {
  const lock = await lockDirectory(folder);
  holder({ token: "of somebody else" });
  lock.release();
  expect(readdirSync(folder)).toEqual(["lock"]);
});

test("of processes that find a dead one's lock together, one gets the folder", async () => {
  holder({ pid: goneProcess() });
  const module = join(import.meta.dirname, "directory-lock.ts");
  const script = `import { lockDirectory } from ${JSON.stringify(module)};
    while (Date.now() < Number(process.argv[2]));
    try { await lockDirectory(process.argv[1]); console.log("held"); } catch { console.log("refused"); }
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
