import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const START_MS = 20_000;
/** A function stands still so soon after its last request and its last promise have ended. */
const IDLE_MS = 20;
/** So long it has from SIGTERM to SIGKILL. */
const GRACE_MS = 500;

/** A function that is laid out in a folder. */
export type Laid = {
  readonly folder: string;
  readonly handler: string;
  readonly isMiddleware: boolean;
  readonly paths: readonly string[];
};

/** One running copy of a function. */
export type Instance = {
  readonly port: number;
  /** Wakes it for a request. The result says that the request has ended. */
  readonly enter: () => () => void;
  readonly isFrozen: () => boolean;
  /** Tells it to end, and ends it half a second later, as the platform does. Gives whether it had ended by itself. */
  readonly end: () => Promise<boolean>;
  /** Ends it at once. */
  readonly kill: () => void;
  /** What it has printed. */
  readonly output: () => string;
};

/**
 * Starts a function that is laid out in a folder, which it cannot write to, and freezes it whenever nothing is open in
 * it.
 */
export async function startInstance(
  { folder, handler, isMiddleware }: Laid,
  environment: Readonly<Record<string, string>>,
): Promise<Instance> {
  const child = started(folder, [handler, isMiddleware ? "middleware" : "function"], environment);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (text += part.toString()));
  const listening = Promise.withResolvers<number>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => listening.reject(new Error(`The function ended:\n${text}`)));
  const state = { inside: 0, asked: 0, isFrozen: false, timer: setTimeout(() => {}, 0) };

  const settle = (): void => {
    clearTimeout(state.timer);
    if (state.inside > 0 || state.asked > 0) return;
    state.timer = setTimeout(() => {
      state.isFrozen = true;
      child.kill("SIGSTOP");
    }, IDLE_MS);
  };
  child.on("message", (message: { readonly port?: number; readonly open?: number }) => {
    if (message.port !== undefined) listening.resolve(message.port);
    state.inside = message.open ?? state.inside;
    settle();
  });
  const port = await Promise.race([listening.promise, sleep(START_MS, null, { ref: false })]);
  if (port === null) throw new Error(`The function did not start:\n${text}`);
  return {
    port,
    enter() {
      state.asked++;
      clearTimeout(state.timer);
      state.isFrozen = false;
      child.kill("SIGCONT");
      return () => {
        state.asked--;
        settle();
      };
    },
    isFrozen: () => state.isFrozen,
    async end() {
      clearTimeout(state.timer);
      state.asked = Number.POSITIVE_INFINITY;
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const isEnded = await Promise.race([ended.then(() => true), sleep(GRACE_MS, false)]);
      child.kill("SIGKILL");
      await ended;
      return isEnded;
    },
    kill: () => void child.kill("SIGKILL"),
    output: () => text,
  };
}

const PROGRAM = `${import.meta.dirname}/function-process.ts`;

const NAMESPACES = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
/** Some systems let nobody but root have namespaces. */
const canUnshare = spawnSync("unshare", [...NAMESPACES, "true"]).status === 0;

/**
 * Starts the process in a mount namespace of its own in which the function's folder is read-only; where the system
 * allows none, as it is.
 */
function started(folder: string, how: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const inside = `mount --make-rprivate / && mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`;
  const node = [process.execPath, PROGRAM, folder, ...how];
  const [program = "", ...rest] = canUnshare ? ["unshare", ...NAMESPACES, "sh", "-c", inside, folder, ...node] : node;
  return spawn(program, rest, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: "/tmp", TZ: ":UTC", NODE_ENV: "production", ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}
