import { LONGEST_TURN_MS, type TurnPolicy } from "../../domain/turn-policy.ts";

/** By what rules a chat with a bot goes: the core's table of options, column "bots". */
export const botsPolicy: TurnPolicy = {
  agent: "member",
  withBuiltinTools: false,
  ownTools: "runnable",
  runsTools: "server",
  recall: true,
  recallTools: true,
  rendersInput: false,
  overflow: "refuse",
  stores: false,
  keep: "nothing",
  onlyWhole: false,
  keepsOutput: false,
  onHangUp: "cancel",
  busy: "refuse",
  maxSteps: 8,
  maxMs: LONGEST_TURN_MS,
  atLimit: "answer",
};
