import { findContextRun, type SeenRun } from "../../db/context.ts";
import { notFound } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import type { PromptMessage } from "../../domain/model.ts";
import type { PromptTrace } from "../../domain/prompt-trace.ts";
import type { RecallWay } from "../../domain/recall-options.ts";
import { summaryMessage, systemMessage } from "../render/describe.ts";
import type { Scope } from "../scope.ts";
import { getSessionWithAgents } from "../sessions.ts";
import { type SeenMessage, type SeenMessages, seenMessages } from "./messages.ts";
import { type Change, type RedrawnHead, redrawHead } from "./redraw.ts";

/** The pieces of a prompt, in the order in which they are told. */
const CONTEXT_PARTS = ["system", "docs", "tools", "summary", "past", "new", "steps"] as const;
export type ContextPart = (typeof CONTEXT_PARTS)[number];

/** One thing that a model saw. */
export type ContextItem = {
  readonly part: ContextPart;
  /** Of a doc its title, of a tool its name; null: it has none, or it is gone. */
  readonly name: string | null;
  /**
   * The message as the model saw it; null for what is none, and where its text is not kept and cannot be drawn again.
   */
  readonly message: PromptMessage | null;
  /** What it says, where that is more or less than the message; of a tool the JSON that the model is told. */
  readonly text: string | null;
  /** Its place in the line; null for what has none. */
  readonly position: number | null;
  readonly tokens: number;
  readonly isDropped: boolean;
  readonly isAsSent: boolean;
};

/** What the model saw at the last of a turn's calls. Tokens are guessed as those of every prompt are. */
export type TurnContext = {
  readonly run: SeenRun;
  /** Null: nothing is kept of this turn's prompt. */
  readonly seen: {
    readonly parts: readonly { readonly part: ContextPart; readonly tokens: number; readonly count: number }[];
    readonly items: readonly ContextItem[];
    /** Tokens of each call of the model, in order. */
    readonly calls: readonly number[];
    readonly budget: number | null;
    /** So many past messages had no room, those among them that are in no list too. */
    readonly dropped: number;
    /** The first past position that was kept; null: none was. */
    readonly keptFrom: number | null;
    /** The position before which the summary stands for everything; null: there was none. */
    readonly summarisedUpto: number | null;
    readonly changes: readonly Change[];
    /** How documents were looked for; null: nobody has looked, or nobody knows. */
    readonly recall: RecallWay | null;
  } | null;
};

/**
 * What the model saw in a turn: see `TurnContext`. Nothing of it is stored but numbers and ids, so it is drawn again by
 * the code that draws prompts; where something has changed since, `changes` says what.
 *
 * Throws "not-found" for a session or a turn of it that the account does not have, and as `checkReachesAccount`.
 */
export async function getContext(scope: Scope, sessionId: string, runId: string): Promise<TurnContext> {
  const known = await getSessionWithAgents(scope, sessionId);
  const key = { accountId: scope.accountId, sessionId: known.session.id, runId };
  const found = isId(runId) ? await findContextRun(scope.database, key) : null;
  if (!found) throw notFound("turn", runId);
  const { run, trace } = found;
  if (trace === null) return { run, seen: null };
  const traced = { ...found, trace };
  const [head, messages] = await Promise.all([
    redrawHead(scope, known, traced),
    seenMessages(scope, known.session.id, traced),
  ]);
  const items = [...headItems(trace, head), ...messageItems(messages)];
  const parts = CONTEXT_PARTS.map((part) => partOf(part, trace, items)).filter(({ count }) => count > 0);
  const kept = messages.past.filter(({ isDropped, message }) => !isDropped && message.role !== "system");
  const before = headTokens(trace);
  return {
    run,
    seen: {
      parts,
      items,
      calls: messages.calls.map((tokens) => before + tokens),
      budget: trace.budget,
      dropped: messages.unread + messages.past.filter(({ isDropped }) => isDropped).length,
      keptFrom: kept[0]?.position ?? null,
      summarisedUpto: trace.summary === null ? null : trace.from,
      changes: head.changes,
      recall: trace.recall ?? null,
    },
  };
}

const toolTokens = ({ tools }: PromptTrace): number => tools.reduce((sum, { tokens }) => sum + tokens, 0);

const headTokens = (trace: PromptTrace): number =>
  (trace.system?.tokens ?? 0) + (trace.summary?.tokens ?? 0) + toolTokens(trace);

function headItems(trace: PromptTrace, head: RedrawnHead): ContextItem[] {
  const plain = { message: null, position: null, isDropped: false, name: null };
  const system = head.system?.text == null ? null : (systemMessage(head.system.text)[0] ?? null);
  const summary = summaryMessage(head.summary?.text ?? null)[0] ?? null;
  return [
    ...(head.system && trace.system
      ? [{ ...plain, part: "system" as const, ...head.system, message: system, tokens: trace.system.tokens }]
      : []),
    ...head.docs.map(({ title, ...doc }, n) => {
      return { ...plain, part: "docs" as const, ...doc, name: title, tokens: trace.docs[n]?.tokens ?? 0 };
    }),
    ...head.tools.map((tool, n) => {
      return { ...plain, part: "tools" as const, ...tool, tokens: trace.tools[n]?.tokens ?? 0 };
    }),
    ...(head.summary && trace.summary
      ? [{ ...plain, part: "summary" as const, ...head.summary, message: summary, tokens: trace.summary.tokens }]
      : []),
  ];
}

function messageItems({ past, new: asked, steps }: SeenMessages): ContextItem[] {
  const itemOf = (part: ContextPart) => (seen: SeenMessage) => {
    const name = "name" in seen.message ? (seen.message.name ?? null) : null;
    return { ...seen, part, name, text: null, isAsSent: true };
  };
  return [...past.map(itemOf("past")), ...asked.map(itemOf("new")), ...steps.map(itemOf("steps"))];
}

/** What was sent of a part. Docs stand in the system text, and are counted once. */
function partOf(part: ContextPart, { docs }: PromptTrace, items: readonly ContextItem[]) {
  const own = items.filter((item) => item.part === part && !item.isDropped);
  const tokens = own.reduce((sum, item) => sum + item.tokens, 0);
  const inDocs = part === "system" ? docs.reduce((sum, doc) => sum + doc.tokens, 0) : 0;
  const count = part === "past" ? items.filter((item) => item.part === part).length : own.length;
  return { part, tokens: Math.max(0, tokens - inDocs), count };
}
