import { admitting } from "../core/admission.ts";
import { type Host, ownServer } from "../core/host.ts";
import { openLanes } from "../core/lanes.ts";
import { openLongWork } from "../core/long-work.ts";
import { OWN_TEMPLATES } from "../core/render/templates.ts";
import type { Ports } from "../core/scope.ts";
import { openSignals } from "../core/signals.ts";
import { startRunner } from "../core/turn/runner.ts";
import { takeOver, takeOverRun } from "../core/turn/take-over.ts";
import type { Database } from "../db/database.ts";
import type { OpenChannel } from "../domain/channel.ts";
import { newId } from "../domain/ids.ts";
import { type CallModel, unknownModel } from "../domain/model.ts";
import { openTemplates } from "../templates/templates.ts";

const log: Ports["log"] = { debug() {}, info() {}, warn() {}, error() {} };

/** The text of what a pool is asked. */
const textOf = (asked: unknown): string =>
  typeof asked === "object" && asked !== null && "text" in asked ? String(asked.text) : String(asked);

/**
 * What a process works with, on a database that may be shared with others, and a scripted model.
 *
 * `kill` is kill -9 as others see it: nothing of the process reaches the database any more. With `writesEvents` false
 * it comes to no write of events, so that a test can say how far it had come. `channel` is how it hears of other
 * processes, and after `floorMs` those who wait look by themselves. With `takesOver` it goes on with what others leave.
 * `statements` counts what it asks of the database.
 */
export function openProcess(
  database: Database,
  callModel: CallModel,
  runTool: Ports["runTool"],
  {
    writesEvents = true,
    channel = null,
    floorMs,
    takesOver = false,
    host = ownServer,
  }: {
    readonly writesEvents?: boolean;
    readonly channel?: OpenChannel | null;
    readonly floorMs?: number;
    readonly takesOver?: boolean;
    readonly host?: Host;
  } = {},
) {
  let isDead = false;
  let statements = 0;
  const alive = () => {
    if (isDead) throw new Error("This process is dead");
  };
  const pool = new Proxy(database.pool, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]) => {
        alive();
        statements++;
        const isOfEvents = name === "query" && textOf(given[0]).includes('into "RunEvent" (');
        if (isOfEvents && !writesEvents) throw new Error("This process does not come to write events");
        return value.apply(target, given);
      };
    },
  });
  const own: Database = { ...database, pool };
  const templates = openTemplates(OWN_TEMPLATES);
  const signals = openSignals({ open: channel, newId, floorMs });
  const runner = startRunner({ host, database: own, signals, log, now: Date.now, newId });
  const ports: Ports = {
    host,
    database: own,
    models: admitting({
      call: callModel,
      defaultModel: "test-model",
      smallModel: "test-model",
      mayAsk: async () => true,
      isDemo: false,
      list: async () => [unknownModel("test-model")],
      embedding: null,
    }),
    runner,
    signals,
    lanes: openLanes(1, 0),
    longWork: openLongWork(),
    templatesOf: (accountId) => (source, variables) => templates.render(accountId, source, variables),
    outbound: async () => {
      throw new Error("Nothing is asked outside");
    },
    runTool,
    log,
    now: Date.now,
    newId,
  };
  if (takesOver || !host.isAlwaysAwake) {
    runner.startTakingOver({
      all: async () => void (await takeOver(ports, "expired")),
      one: (accountId, runId) => takeOverRun(ports, accountId, runId),
    });
  }
  return {
    ports,
    statements: () => statements,
    kill() {
      isDead = true;
      void signals.close();
      // Ends its clocks; what it would tell the database no longer comes there.
      void runner.drain(0).catch(() => {});
      templates.close();
    },
  };
}
