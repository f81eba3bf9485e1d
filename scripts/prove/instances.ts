import { setTimeout as sleep } from "node:timers/promises";
import { type RunningServer, startServer } from "../server.ts";
import type { Ledger } from "./ledger.ts";
import type { Dice } from "./texts.ts";

/** Two servers on one database, which are killed and started again on their ports. */
export type Instances = {
  readonly urlOf: (instance: number) => string;
  /** What all processes have printed. */
  readonly output: () => string;
  /** Kills one after the other, at times and in an order that the dice say, until a time; ends with both alive. */
  readonly killUntil: (until: number, everyMs: number, chosen: Dice) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export const COUNT = 2;

/** Starts both. `environmentOf`: the settings of each. */
export async function startInstances(
  ledger: Ledger,
  environmentOf: (instance: number) => Readonly<Record<string, string>>,
): Promise<Instances> {
  const servers = await Promise.all(Array.from({ length: COUNT }, (_, n) => startServer(environmentOf(n))));
  const ended: string[] = [];
  const serverOf = (instance: number): RunningServer => {
    const server = servers[instance];
    if (!server) throw new Error(`There is no instance ${instance}`);
    return server;
  };

  async function kill(instance: number): Promise<void> {
    const server = serverOf(instance);
    const death = { instance, at: Date.now(), upAt: Number.POSITIVE_INFINITY };
    ledger.kills.push(death);
    ledger.notes.push({ at: death.at, sessionId: null, text: `kill -9 of instance ${instance}` });
    await server.kill("SIGKILL");
    ended.push(server.output());
    const { dataDir, port } = server;
    servers[instance] = await startServer({ ...environmentOf(instance), DATA_DIR: dataDir, PORT: String(port) });
    death.upAt = Date.now();
    ledger.notes.push({ at: death.upAt, sessionId: null, text: `instance ${instance} is up` });
  }

  return {
    urlOf: (instance) => serverOf(instance).url,
    output: () => [...ended, ...servers.map((server) => server.output())].join("\n"),
    async killUntil(until, everyMs, chosen) {
      for (let due = Date.now(); ; ) {
        // Up to an eighth sooner or later, so that it does not always meet the same moment of a lease.
        due += everyMs * (0.875 + chosen.next() / 4);
        const instance = chosen.upTo(COUNT);
        if (due >= until) return;
        await sleep(Math.max(0, due - Date.now()));
        await kill(instance);
        due = Math.max(due, Date.now() - everyMs / 2);
      }
    },
    async stop() {
      await Promise.all(servers.map((server) => server.kill("SIGTERM")));
    },
  };
}
