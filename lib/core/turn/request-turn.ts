import { LONGEST_TURN_MS, type TurnOptions } from "./take-turn.ts";

/**
 * What the turns of dialects have in common whose calls end with their caller: one agent, whose tools the server runs
 * where it can, and nothing kept but a whole answer. The core's table of options, columns "assistants" and "bots".
 */
export const REQUEST_TURN = {
  agentRule: "member",
  tools: [],
  toolChoice: "auto",
  recall: true,
  recallTools: true,
  rendersInput: false,
  withBuiltinTools: false,
  withCallerTools: "runnable",
  runsTools: true,
  stores: false,
  keep: "nothing",
  onHangUp: "cancel",
  busy: "refuse",
  maxSteps: 8,
  maxMs: LONGEST_TURN_MS,
  atLimit: "answer",
  bindIndexIds: null,
} as const satisfies Partial<TurnOptions>;
