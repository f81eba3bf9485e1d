import { makeRoom } from "@/lib/core/summarise";
import { acceptance, endedTurn, follow, followLive } from "@/lib/core/turn/follow";
import { takeTurn } from "@/lib/core/turn/take-turn";
import {
  ChatInput,
  decodeTurn,
  encodeChat,
  julep,
  julepFailure,
  julepFrames,
  pathId,
  turnFailure,
} from "@/lib/dialects/julep";
import { ChatError, notFound } from "@/lib/domain/errors";
import { isLast } from "@/lib/domain/events";
import { endpoint, routes } from "@/lib/http/endpoint";
import { sseResponse } from "@/lib/http/sse";

const ACCEPTANCE_MS = 30_000;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  POST: endpoint({
    runsTurn: true,
    surface: julep,
    body: ChatInput,
    async handle({ scope, params, body, request }) {
      const sessionId = pathId(params.sessionId, "session_id");
      const { runId, live, prepared } = await takeTurn(scope, decodeTurn(sessionId, body, request.signal));
      const hangUp = () => live?.abort("hang-up", new ChatError("cancelled", "The caller hung up"));
      if (request.signal.aborted) hangUp();
      else request.signal.addEventListener("abort", hangUp, { once: true });
      const isStopped = () => live?.abortCause === "stop";

      const job = body.save && prepared ? await makeRoom(scope, prepared) : null;
      const extras = { docs: prepared?.docs ?? [], jobs: job === null ? [] : [job] };

      // The run in this process has all events, also of a turn that stores nothing.
      const turn = () => (live ? followLive(live, 0) : follow(scope, runId));

      if (body.stream && live) {
        await acceptance(live, ACCEPTANCE_MS);
        if (!live.events.some((event) => event.type === "turn-error") || isStopped()) {
          return sseResponse(julepFrames(turn(), { runId, isStopped, extras }), { status: 201, onLeave: hangUp });
        }
      }
      const events = await endedTurn(turn());
      const last = events.at(-1);
      if (!last || !isLast(last)) throw new ChatError("interrupted", "The answer was interrupted");
      if (last.type === "turn-end" || isStopped())
        return Response.json(encodeChat(runId, events, last, extras), { status: 201 });
      // A call that the provider accepted may have been billed: the SDK is not to repeat it.
      const isFinal = events.some((event) => event.type === "step-start");
      const failure = live?.abortCause === "deleted" ? notFound("session", sessionId) : turnFailure(last);
      return julepFailure(failure, isFinal);
    },
  }),
});
