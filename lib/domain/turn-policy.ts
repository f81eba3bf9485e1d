import { z } from "zod";
import { DocOwners } from "./doc.ts";
import { ToolChoice } from "./model.ts";
import { Tool } from "./tool.ts";

/**
 * By what rules a turn goes: what the dialect of its caller promises. It is written as data in each dialect, stored
 * with the run, and holds for preparing it, for running it, and for whoever takes it over.
 */
export const TurnPolicy = z.object({
  /** "member": the agent must be in the session. "any": any agent of the account, and its default one where none is. */
  agent: z.enum(["member", "any"]),
  /** Whether the server's own tools are offered. */
  withBuiltinTools: z.boolean(),
  /**
   * Which tools of the agent and of the request are offered: all, those that the server runs, functions, which the
   * caller answers, these two, or none.
   */
  ownTools: z.enum(["all", "runnable", "functions", "runnable-and-functions", "none"]),
  /** Who runs those of these tools that the server can run; "session": as the session says. */
  runsTools: z.enum(["server", "caller", "session"]),
  /** Whether docs are looked for. */
  recall: z.boolean(),
  /** Whether prompts hold the calls of past turns, with their results. */
  recallTools: z.boolean(),
  /** Whether templates in new system and assistant messages are rendered, where the session has them rendered. */
  rendersInput: z.boolean(),
  /** What an over-long prompt does where the session does not say. */
  overflow: z.enum(["refuse", "truncate"]),
  /** Whether it writes messages; such a turn claims its session, or makes one at its end. */
  stores: z.boolean(),
  /** What stays of a turn that does not complete: everything, only what a reader has seen, or nothing. */
  keep: z.enum(["all", "streamed", "nothing"]),
  /** Whether an answer stays only where the model itself has ended it: neither stopped nor cut off by a filter. */
  onlyWhole: z.boolean(),
  /** Whether repeats of its request are answered for a day; else as long as the events of the run are kept. */
  keepsOutput: z.boolean(),
  /** What a caller that hangs up means: the turn goes on without it, or ends. */
  onHangUp: z.enum(["go-on", "cancel"]),
  /** What it does where another turn of its session runs. */
  busy: z.enum(["refuse", "queue"]),
  /** Model calls after which the turn ends. */
  maxSteps: z.int().min(1),
  /** Milliseconds after which no further model call begins. */
  maxMs: z.int().min(1),
  /** How it ends at a limit: by one more call without tools, or by returning the open calls. */
  atLimit: z.enum(["answer", "return-calls"]),
});
export type TurnPolicy = Readonly<z.infer<typeof TurnPolicy>>;

/** A turn whose reader can wait calls tools no longer than this. */
export const LONGEST_TURN_MS = 10 * 60_000;

/** What a prompt was made of besides the messages of the session: with them it can be made again. */
export const PromptRecipe = z.object({
  /** The rendered system text; empty: none. */
  system: z.string(),
  /** The summary that stands for what came before `from`; null: none. */
  summary: z.string().nullable(),
  /** The first position of the line that the prompt was made from. */
  from: z.int(),
  /** Tokens that it may have; null: as many as it likes. */
  budget: z.number().nullable(),
  overflow: z.enum(["refuse", "truncate"]),
  /** So many past messages had no room. */
  dropped: z.int(),
});
export type PromptRecipe = Readonly<z.infer<typeof PromptRecipe>>;

/** Who has asked for a turn, as far as it matters while the turn runs. */
export const Asker = z.object({
  via: z.enum(["key", "cookie"]),
  keyId: z.string().nullable(),
  /** What the key is narrowed to; empty: to nothing. */
  keyScopes: z.array(z.string()).readonly(),
  /** The one agent that the key reaches; null: all of the account. */
  onlyAgentId: z.string().nullable(),
  /** Whether it is somebody else than the account on whose behalf the turn runs. */
  isStranger: z.boolean(),
});
export type Asker = Readonly<z.infer<typeof Asker>>;

/**
 * What a run needs besides its policy, its input, its settings and its recipe to be gone on with: stored while it runs.
 */
export const TurnPlan = z.object({
  asker: Asker,
  /** The tools that the model is offered, besides the server's own. */
  tools: z.array(z.object({ tool: Tool, isRun: z.boolean() })).readonly(),
  toolChoice: ToolChoice,
  /** Whether a provider key came with the request: nobody but its caller pays for the turn. */
  isPaidByCaller: z.boolean(),
  /** Tokens of the day's limit that are set aside for it. */
  reservedTokens: z.number(),
  /** The indexes of the turn. Absent: none. */
  indexIds: z.array(z.string()).readonly().optional(),
  /** Whose docs its tools look into. Absent: those of its indexes. */
  reach: DocOwners.optional(),
  /** A hash of whom the caller asks for; null or absent: nobody in particular. */
  endUserHash: z.string().nullish(),
});
export type TurnPlan = Readonly<z.infer<typeof TurnPlan>>;
