import { LONGEST_TURN_MS, type TurnPolicy } from "../../domain/turn-policy.ts";

/** By what rules a turn goes: the core's table of options, column "LlamaCloud and web". */
export const llamacloudPolicy: TurnPolicy = {
  agent: "any",
  withBuiltinTools: true,
  ownTools: "runnable",
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
