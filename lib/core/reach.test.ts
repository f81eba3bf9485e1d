import { expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { checkReachesAccount, checkReachesOwner, reachesAgent, reachesOwner } from "./reach.ts";

const [own, other] = [newId(), newId()];

test("C11: a key of one agent reaches that agent and its docs, and a stranger nothing", () => {
  const oneAgent = { onlyAgentId: own, stranger: null };
  expect([reachesAgent(oneAgent, own.toUpperCase()), reachesAgent(oneAgent, other)]).toEqual([true, false]);
  expect(reachesOwner(oneAgent, { role: "agent", id: own })).toBe(true);
  for (const role of ["agent", "user"] as const) {
    expect(() => checkReachesOwner(oneAgent, { role, id: role === "agent" ? other : own })).toThrow(/not found/u);
  }
  expect(() => checkReachesAccount(oneAgent)).toThrow("one agent only");

  const stranger = { onlyAgentId: null, stranger: "somebody" };
  expect([reachesAgent(stranger, own), reachesOwner(stranger, { role: "agent", id: own })]).toEqual([false, false]);
  expect(() => checkReachesAccount(stranger)).toThrow("A public bot answers");
});

test("everybody else reaches what the account has; an id that cannot be one is nobody's", () => {
  expect([reachesAgent({}, own), reachesAgent({}, "x"), reachesOwner({}, { role: "user", id: own })]).toEqual([
    true,
    false,
    true,
  ]);
  expect(() => checkReachesAccount({ onlyAgentId: null, stranger: null })).not.toThrow();
});
