import { LONGEST_TURN_MS, type TurnPolicy } from "../../domain/turn-policy.ts";

/** By what rules a turn of a page goes: the core's table of options, column "LlamaCloud and web". */
export const webPolicy: TurnPolicy = {
  agent: "any",
  withBuiltinTools: true,
  // In a browser nobody has agreed to what an agent's tools change; who holds a key has.
  ownTools: "none",
  runsTools: "server",
  recall: true,
  recallTools: true,
  rendersInput: false,
  overflow: "truncate",
  stores: true,
  keep: "all",
  onlyWhole: false,
  keepsOutput: false,
  onHangUp: "go-on",
  busy: "refuse",
  maxSteps: 8,
  maxMs: LONGEST_TURN_MS,
  atLimit: "answer",
};
