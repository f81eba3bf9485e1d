import { ChatInput, JULEP_LARGE_BODY_BYTES, julep, pathId } from "@/lib/dialects/julep";
import { answerTurn } from "@/lib/http/answer-turn";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  POST: endpoint({
    surface: julep,
    body: ChatInput,
    bodyLimitBytes: JULEP_LARGE_BODY_BYTES,
    handle: ({ scope, params, body, request }) =>
      answerTurn(scope, request, julep, { sessionId: pathId(params.sessionId, "session_id"), body }),
  }),
});
