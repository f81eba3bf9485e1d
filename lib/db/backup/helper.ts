import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Order } from "./child.ts";

// Asked for at run time: a bundler would pack the process's file.
const processes = () => process.getBuiltinModule("node:child_process");

/** A process that works on copies of the embedded database. */
export type Helper = {
  /** Has an order followed. Throws what went wrong, also where it takes longer than so many milliseconds. */
  readonly ask: (order: Order, limitMs: number) => Promise<unknown>;
  readonly end: () => Promise<void>;
};

/** Starts such a process. It ends with this one. */
export function startHelper(root: string): Helper {
  const child: ChildProcess = processes().fork(join(root, "lib/db/backup/child.ts"), [], {
    // What a copy says while it is opened is of no use to anybody.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: [],
    // No secrets: it needs no settings.
    env: { NODE_ENV: process.env.NODE_ENV, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  child.unref();
  child.channel?.unref();

  return {
    async ask(order, limitMs) {
      const answer = Promise.withResolvers<unknown>();
      const hear = (message: { readonly done: unknown } | { readonly failed: string }) => {
        if ("failed" in message) answer.reject(new Error(message.failed));
        else answer.resolve(message.done);
      };
      child.once("message", hear);
      const late = setTimeout(() => answer.reject(new Error(`It took longer than ${limitMs / 1000} s`)), limitMs);
      void ended.then(() => answer.reject(new Error("Its process has ended")));
      child.channel?.ref();
      try {
        if (child.connected) child.send(order);
        return await answer.promise;
      } finally {
        clearTimeout(late);
        child.off("message", hear);
        child.channel?.unref();
      }
    },
    async end() {
      child.ref();
      child.kill("SIGKILL");
      await ended;
    },
  };
}
