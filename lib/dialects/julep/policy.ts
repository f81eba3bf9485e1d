import type { TurnPolicy } from "../../domain/turn-policy.ts";

/** By what rules a chat goes: the core's table of options, column "Julep". A call says more: see `decodeTurn`. */
export const julepPolicy: TurnPolicy = {
  agent: "member",
  withBuiltinTools: false,
  ownTools: "all",
  runsTools: "session",
  recall: true,
  recallTools: true,
  rendersInput: true,
  overflow: "refuse",
  stores: true,
  keep: "nothing",
  onlyWhole: false,
  keepsOutput: false,
  onHangUp: "cancel",
  busy: "queue",
  maxSteps: 10,
  // The SDK waits two minutes for an answer.
  maxMs: 90_000,
  atLimit: "return-calls",
};
