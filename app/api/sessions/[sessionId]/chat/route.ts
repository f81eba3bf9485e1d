import { makeRoom } from "@/lib/core/summarise";
import { turnFailure } from "@/lib/core/turn/failure";
import { acceptance, endedTurn } from "@/lib/core/turn/follow";
import { takeTurn } from "@/lib/core/turn/take-turn";
import { ChatInput, decodeTurn, encodeChat, julep, julepFailure, julepFrames, pathId } from "@/lib/dialects/julep";
import { ChatError, notFound } from "@/lib/domain/errors";
import { isLast } from "@/lib/domain/events";
import { endpoint, routes } from "@/lib/http/endpoint";
import { repeatable, requestKey } from "@/lib/http/request-key";
import { hangUpWith, turnOf } from "@/lib/http/request-turn";
import { sseResponse } from "@/lib/http/sse";

const ACCEPTANCE_MS = 30_000;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  POST: endpoint({
    surface: julep,
    body: ChatInput,
    async handle({ scope, params, body, request }) {
      const sessionId = pathId(params.sessionId, "session_id");
      const key = requestKey(request);
      const taken = await takeTurn(scope, { ...decodeTurn(sessionId, body, request.signal), ...repeatable(key) });
      const { runId, live, prepared, docs } = taken;
      const hangUp = hangUpWith(request, taken);
      const isStopped = () => live?.abortCause === "stop";

      const job = body.save && prepared ? await makeRoom(scope, prepared) : null;
      const extras = { docs, jobs: job === null ? [] : [job] };

      if (body.stream && live) {
        await acceptance(live, ACCEPTANCE_MS);
        if (!live.events.some((event) => event.type === "turn-error") || isStopped()) {
          return sseResponse(julepFrames(turnOf(scope, taken), { runId, isStopped, extras }), {
            status: 201,
            onLeave: hangUp,
          });
        }
      }
      const events = await endedTurn(turnOf(scope, taken));
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
