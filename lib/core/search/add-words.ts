import { setTimeout as pause } from "node:timers/promises";
import { addWords } from "../../db/message-words.ts";
import type { Ports } from "../scope.ts";

/** The work of one go; what is left waits for the next. */
const GO_MS = 20_000;
/** For each stretch of work the database is left to others so many times as long. */
const REST = 3;
/** A search gives an account's latest messages their words for so long. */
const FIRST_MS = 250;

/** While more turns than these run, messages wait for their words: each would be held up for a little. */
const FEW_TURNS = 8;
/** They wait so many sweeps at most. */
const MOST_WAITS = 60;
/** Somebody who had the app open so long ago may come back and search. */
const OPEN_MS = 24 * 3600 * 1000;

/** Has messages given the words by which they are found, behind the answers: a few at a time, and seldom. */
export function addWordsBehind({ database, runner }: Pick<Ports, "database" | "runner">): void {
  runner.soon("words of messages", async () => {
    const until = performance.now() + GO_MS;
    for (let begun = performance.now(); begun < until && !runner.isDraining(); begun = performance.now()) {
      if (!(await addWords(database, null))) return;
      await pause(REST * (performance.now() - begun), undefined, { ref: false });
    }
  });
}

/** What keeps the words of messages up to date on a server. */
export type WordsKeeper = {
  /** A person has the app open, and may search. */
  readonly noteOpenApp: () => void;
  readonly sweep: () => Promise<void>;
};

/**
 * Looks for messages without words while people have the app open, once few turns run: a server that only programs use
 * spends nothing on a search that nobody makes. Whoever searches all the same gives the messages of the account theirs.
 */
export function keepWords(ports: Pick<Ports, "database" | "runner" | "now">): WordsKeeper {
  let openedAt = Number.NEGATIVE_INFINITY;
  let waits = 0;
  return {
    noteOpenApp() {
      openedAt = ports.now();
    },
    async sweep() {
      if (ports.now() - openedAt > OPEN_MS) return;
      if (ports.runner.count() > FEW_TURNS && waits < MOST_WAITS) {
        waits++;
        return;
      }
      waits = 0;
      addWordsBehind(ports);
    },
  };
}

/** Gives the messages of an account their words, before a search. False: it has so many that some still miss them. */
export async function addOwnWords({ database, accountId }: Pick<Ports, "database"> & { readonly accountId: string }) {
  const until = performance.now() + FIRST_MS;
  while (performance.now() < until) if (!(await addWords(database, accountId))) return true;
  return false;
}
