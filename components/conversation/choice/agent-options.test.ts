import { expect, test } from "vitest";
import { agentGroups } from "./agent-options.ts";

const agent = (id: string, facts: object = {}) => ({
  id,
  name: id,
  about: "",
  model: null,
  is_default: false,
  ...facts,
});
const names = (agents: Parameters<typeof agentGroups>[0]) =>
  agentGroups(agents).flatMap(({ items }) => items.map(({ id, name, note }) => [id, name, note]));

test("the account's own agent stands first, also before it is made", () => {
  expect(names([agent("clerk", { about: "Files.\nMuch.", model: "m" }), agent("own", { is_default: true })])).toEqual([
    ["own", "own", ""],
    ["clerk", "clerk", "Files. · m"],
  ]);
  expect(names([agent("clerk")])[0]).toEqual(["", "Parley", "The agent that every account has"]);
});

test("where there is one agent there is nothing to choose", () => {
  expect(names([agent("own", { is_default: true })])).toEqual([]);
  expect(names([])).toEqual([]);
});
