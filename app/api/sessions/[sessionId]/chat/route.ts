import { takeTurn } from "@/lib/core/turn/take-turn";
import { ChatInput, decodeTurn, encodeChat, julep, julepFrames, pathId } from "@/lib/dialects/julep";
import { answerTurn } from "@/lib/http/answer-turn";
import { endpoint, routes } from "@/lib/http/endpoint";
import { repeatable, requestKey } from "@/lib/http/request-key";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  POST: endpoint({
    surface: julep,
    body: ChatInput,
    async handle({ scope, params, body, request }) {
      const sessionId = pathId(params.sessionId, "session_id");
      const call = decodeTurn(sessionId, body, request.signal);
      const taken = await takeTurn(scope, repeatable(call, requestKey(request)));
      const extras = { docs: taken.docs, jobs: taken.jobIds };
      return answerTurn(scope, [taken], request, {
        isStream: body.stream,
        status: 201,
        stopIsAnswer: true,
        frames: ([turn], { isStopped }) => julepFrames(turn, { runId: taken.runId, isStopped, extras }),
        json: ([turn]) => Response.json(encodeChat(taken.runId, turn.events, turn.last, extras), { status: 201 }),
        failure: julep.failure,
      });
    },
  }),
});
