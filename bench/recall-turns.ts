import { PLAIN_TEMPLATE } from "../lib/core/render/templates.ts";
import type { Scope } from "../lib/core/scope.ts";
import { UNSET } from "../lib/core/sessions.ts";
import { takeTurn } from "../lib/core/turn/take-turn.ts";
import { ensureDefaultAgent } from "../lib/db/agents.ts";
import { insertSession } from "../lib/db/new-session.ts";
import { completeVectors } from "../lib/db/vector-tables.ts";
import { llamacloudPolicy } from "../lib/dialects/llamacloud/policy.ts";
import { newId } from "../lib/domain/ids.ts";
import type { CallModel } from "../lib/domain/model.ts";
import { newMessage } from "../lib/testing/stored-turns.ts";
import { openProcess } from "../lib/testing/turn-ports.ts";
import { median } from "./processes.ts";
import type { RecallBench } from "./recall-bench.ts";

const WARM_UP = 5;

/** Answers at once, and says so little that a turn is nothing but what the server does. */
const scripted: CallModel = async function* () {
  yield [
    { type: "start" },
    { type: "text-start" },
    { type: "text-delta", text: "Yes." },
    { type: "text-end" },
    { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } },
  ];
};

export type TurnTimes = {
  /** Medians in milliseconds, from asking for a turn to its being stored. */
  readonly withoutMs: number;
  readonly withMs: number;
  /** The median of what recall added to the turn beside it, and how many pieces it found on average. */
  readonly addedMs: number;
  readonly found: number;
};

/**
 * Runs each question as two turns in sessions of their own, with and without recall, by turns the one or the other
 * first, so that both see the same machine. The model answers at once, and so does what embeds: `vector` is the
 * question's.
 */
export async function timeTurns(
  { database, scope }: Pick<RecallBench, "database" | "scope">,
  asked: readonly { readonly text: string; readonly vector: readonly number[] }[],
  mode: "text" | "hybrid",
): Promise<TurnTimes> {
  const { accountId, owners, models } = scope;
  const projectId = owners.projectIds?.[0] ?? "";
  const { agentId } = await ensureDefaultAgent(database, accountId, { id: newId(), systemTemplate: PLAIN_TEMPLATE });
  await database.prisma.agent.update({ where: { id: agentId }, data: { projectId } });
  const process = openProcess(database, scripted, async () => null);
  const model = models.embedding?.model ?? "";
  // What is known of an index is known of a database as it was opened.
  await completeVectors(process.ports.database, model);

  async function turn(text: string, vector: readonly number[], recall: boolean) {
    const [id, branchId] = [newId(), newId()];
    const session = { ...UNSET, id, branchId, projectId, origin: "web" as const, agentIds: [agentId], title: "Bench" };
    await insertSession(database, accountId, { ...session, recallOptions: { mode } });
    const embedding = { model, embed: async () => [vector] };
    const asking: Scope = { ...process.ports, models: { ...process.ports.models, embedding }, accountId, via: "key" };
    const startedAt = performance.now();
    const { live, docs } = await takeTurn(asking, {
      ...{ dialect: "web", sessionId: id, input: [newMessage(text)], tools: [], toolChoice: "none", settings: {} },
      policy: { ...llamacloudPolicy, withBuiltinTools: false, recall },
    });
    await live?.ended;
    return { ms: performance.now() - startedAt, found: docs.length };
  }

  const pairs: { readonly without: number; readonly with: number; readonly found: number }[] = [];
  for (const [n, { text, vector }] of [...asked.slice(0, WARM_UP), ...asked].entries()) {
    const first = await turn(text, vector, n % 2 === 0);
    const second = await turn(text, vector, n % 2 === 1);
    const [one, other] = n % 2 === 0 ? [first, second] : [second, first];
    if (n >= WARM_UP) pairs.push({ with: one.ms, without: other.ms, found: one.found });
  }
  process.kill();
  return {
    withoutMs: median(pairs.map(({ without }) => without)),
    withMs: median(pairs.map((pair) => pair.with)),
    addedMs: median(pairs.map((pair) => pair.with - pair.without)),
    found: pairs.reduce((sum, { found }) => sum + found, 0) / pairs.length,
  };
}
