import { setTimeout as pause } from "node:timers/promises";
import { addWords } from "../../db/message-words.ts";
import type { Ports } from "../scope.ts";

/** The work of one go; what is left waits for the next. */
const GO_MS = 20_000;
/** For each stretch of work the database is left to others so many times as long. */
const REST = 3;
/** A search gives an account's latest messages their words for so long. */
const FIRST_MS = 250;

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

/** Gives the messages of an account their words, before a search. False: it has so many that some still miss them. */
export async function addOwnWords({ database, accountId }: Pick<Ports, "database"> & { readonly accountId: string }) {
  const until = performance.now() + FIRST_MS;
  while (performance.now() < until) if (!(await addWords(database, accountId))) return true;
  return false;
}
