import { LONGEST_TURN_MS, type TurnPolicy } from "../../domain/turn-policy.ts";

/** By what rules a completion goes: the core's table of options, column "assistants". */
export const assistantsPolicy: TurnPolicy = {
  agent: "member",
  withBuiltinTools: false,
  ownTools: "runnable",
  runsTools: "server",
  recall: true,
  recallTools: true,
  rendersInput: false,
  overflow: "truncate",
  stores: false,
  keep: "nothing",
  onlyWhole: true,
  keepsOutput: false,
  onHangUp: "cancel",
  busy: "refuse",
  maxSteps: 8,
  maxMs: LONGEST_TURN_MS,
  atLimit: "answer",
};
