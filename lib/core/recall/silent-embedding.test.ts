import { expect, test } from "vitest";
import type { Scope } from "../scope.ts";
import { vectorOf } from "./recall.ts";

test("17: an embedding model that is silent is left alone for a minute, and no turn waits for it meanwhile", async () => {
  let [now, asked] = [0, 0];
  let isSilent = true;
  const embed = async () => {
    asked++;
    if (isSilent) throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
    return [[1, 0]];
  };
  const scope = scopeWith(embed, () => now);
  expect([await vectorOf(scope, "one"), await vectorOf(scope, "two"), asked]).toEqual([null, null, 1]);
  now = 59_000;
  expect([await vectorOf(scope, "three"), asked]).toEqual([null, 1]);
  now = 61_000;
  isSilent = false;
  expect([await vectorOf(scope, "four"), asked]).toEqual([[1, 0], 2]);
});

test("17: an embedding model that refuses at once is asked again with the next turn", async () => {
  let asked = 0;
  const scope = scopeWith(
    async () => {
      asked++;
      throw new Error("It is down");
    },
    () => 0,
  );
  expect([await vectorOf(scope, "one"), await vectorOf(scope, "two"), asked]).toEqual([null, null, 2]);
});

/** What embedding a question uses of a scope. */
const scopeWith = (embed: () => Promise<number[][]>, now: () => number): Scope =>
  ({
    accountId: "a",
    now,
    models: { embedding: { model: "m", embed } },
    log: { debug() {}, warn() {} },
  }) as unknown as Scope;
