import { follow } from "@/lib/core/turn/follow";
import { findLatestRun, getTurnInput, gonePieces, recalledOfRuns } from "@/lib/core/turn/history";
import {
  FollowQuery,
  llamacloud,
  llamacloudFrames,
  ScopeQuery,
  StreamBody,
  turnAttachments,
  turnIndexes,
} from "@/lib/dialects/llamacloud";
import { web } from "@/lib/dialects/web";
import { answerTurn } from "@/lib/http/answer-turn";
import { endpoint, routes } from "@/lib/http/endpoint";
import { sseResponse } from "@/lib/http/sse";
import { sessionOf, sessionWithAgentsOf } from "@/lib/routes/llamacloud-session";

// After this time a turn that has ended is read from the history; its numbered events are dropped.
const FOLLOWED_MS = 10 * 60_000;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: StreamBody,
    // A prompt of 200,000 characters, each written as two escapes.
    bodyLimitBytes: 4 * 1024 * 1024,
    async handle({ scope, query, params, body, request }) {
      const known = await sessionWithAgentsOf(scope, query, params.sessionId ?? "");
      return answerTurn(scope, request, llamacloud, {
        by: scope.via === "cookie" ? web : llamacloud,
        known,
        body,
        indexes: turnIndexes(scope, known.session, body),
        attached: await turnAttachments(scope, body),
        cancelsOnDisconnect: request.headers.get("x-on-disconnect")?.trim().toLowerCase() === "cancel",
        withIds: query.event_ids ?? false,
      });
    },
  }),
  GET: endpoint({
    surface: llamacloud,
    query: FollowQuery,
    async handle({ scope, query, params, request }) {
      const session = await sessionOf(scope, query, params.sessionId ?? "");
      const after = query.after ?? lastEventId(request);
      const run = await findLatestRun(scope, session.id);
      const endedAt = (run?.createdAt.getTime() ?? 0) + (run?.durationMs ?? 0);
      const isOver = run?.status !== "running" && Date.now() - endedAt > FOLLOWED_MS;
      if (run === null || isOver) return new Response(null, { status: 204 });
      const leaving = new AbortController();
      const frames = llamacloudFrames(follow(scope, run.id, 0, leaving.signal), {
        runId: run.id,
        input: await getTurnInput(scope, run.id),
        after,
        at: query.at ?? null,
        withIds: true,
        skippedIndexIds: [],
        agent: run.agent,
        recalled: (await recalledOfRuns(scope, [run.id])).get(run.id),
        goneOf: (sources) => gonePieces(scope, sources),
      });
      return sseResponse(frames, {
        first: ": open\n\n",
        headers: { "x-run-id": run.id },
        onLeave: () => leaving.abort(),
        isStillIn: scope.isStillIn,
      });
    },
  }),
});

const lastEventId = (request: Request): number => Number(request.headers.get("last-event-id") ?? 0) || 0;
