import { z } from "zod";
import type { DocHit } from "../domain/doc.ts";
import { type Message, NewMessage } from "../domain/message.ts";
import { PromptTrace } from "../domain/prompt-trace.ts";
import type { Run } from "../domain/run.ts";
import { PromptRecipe, TurnPolicy } from "../domain/turn-policy.ts";
import type { Database } from "./database.ts";
import { ownerOf } from "./docs.ts";
import { JsonObject } from "./prisma.ts";
import { MessageRow } from "./sql/messages.ts";
import { RunRow } from "./sql/runs.ts";

/** More messages than a turn has, whose steps are limited. */
const MOST_MESSAGES = 1000;

const SeenRow = RunRow.pick({ id: true, status: true, usage: true, steps: true, model: true, createdAt: true });
const Model = z.object({ model: z.string().nullish() }).nullable().catch(null);

/** How a turn stands. */
export type SeenRun = Pick<Run, "id" | "status" | "usage" | "steps" | "model" | "createdAt">;

/**
 * A turn with what is kept of its prompt. What an earlier version has stored in another form, or not at all, is null.
 */
export type ContextRun = {
  readonly run: SeenRun;
  readonly branchId: string | null;
  readonly agentId: string | null;
  readonly policy: TurnPolicy | null;
  readonly trace: PromptTrace | null;
  /** While it runs. */
  readonly recipe: PromptRecipe | null;
  readonly input: readonly NewMessage[];
  /** What it has stored, in order. */
  readonly messages: readonly Message[];
};

/** A turn of a session of the account that writes messages, or null. */
export async function findContextRun(
  database: Database,
  key: { readonly accountId: string; readonly sessionId: string; readonly runId: string },
): Promise<ContextRun | null> {
  const { runId: id, ...where } = key;
  const row = await database.prisma.run.findFirst({
    where: { id, ...where, stores: true },
    omit: { plan: true, output: true },
    include: { messages: { orderBy: { position: "asc" }, take: MOST_MESSAGES } },
  });
  if (!row) return null;
  const { context, messages } = row;
  const isRunning = row.status === "running";
  const running = z.object({ trace: z.unknown() }).safeParse(context).data;
  return {
    run: SeenRow.parse({ ...row, model: Model.parse(row.settings)?.model ?? null }),
    branchId: row.branchId,
    agentId: row.agentId,
    policy: TurnPolicy.nullable().catch(null).parse(row.policy),
    trace: PromptTrace.nullable()
      .catch(null)
      .parse(isRunning ? (running?.trace ?? null) : context),
    recipe: isRunning ? PromptRecipe.nullable().catch(null).parse(context) : null,
    input: z.array(NewMessage).nullable().parse(row.input) ?? [],
    messages: messages.map((message) => MessageRow.parse(message)),
  };
}

/**
 * The pieces of docs of the account among these ids, in the order of the ids, as a search that has found them gives
 * them.
 */
export async function findPieces(database: Database, accountId: string, ids: readonly string[]): Promise<DocHit[]> {
  if (ids.length === 0) return [];
  const owner = { agentId: true, userId: true, indexId: true, sessionId: true, projectId: true };
  const doc = { select: { id: true, title: true, metadata: true, ...owner } };
  const found = await database.prisma.docChunk.findMany({
    where: { id: { in: [...ids] }, doc: { accountId } },
    select: { id: true, position: true, content: true, doc },
  });
  const pieces = new Map(found.map((piece) => [piece.id, piece]));
  return ids.flatMap((id) => {
    const piece = pieces.get(id);
    if (!piece) return [];
    return [
      {
        docId: piece.doc.id,
        owner: ownerOf(piece.doc),
        title: piece.doc.title,
        metadata: JsonObject.parse(piece.doc.metadata),
        snippet: { id, index: piece.position, content: piece.content, embedding: null },
        distance: 0,
      },
    ];
  });
}

/** The text of a summary of a session of the account, or null. */
export async function findSummaryText(
  database: Database,
  { accountId, sessionId, id }: { readonly accountId: string; readonly sessionId: string; readonly id: string },
): Promise<string | null> {
  const where = { id, sessionId, session: { accountId } };
  const found = await database.prisma.summary.findFirst({ where, select: { text: true } });
  return found?.text ?? null;
}
