import { getAgent } from "@/lib/core/agents";
import { projectNamed } from "@/lib/core/projects";
import { getAgentSession } from "@/lib/core/sessions";
import { sessionOfRun } from "@/lib/core/turn/history";
import { takeAll } from "@/lib/core/turn/take-turn";
import {
  agentModel,
  assistants,
  CompletionBody,
  type CompletionHead,
  checkMessages,
  completionFrames,
  decodeTurns,
  encodeCompletion,
  ignoredNames,
} from "@/lib/dialects/assistants";
import { ChatError } from "@/lib/domain/errors";
import { type AnswerHead, answerTurn, type WholeTurn } from "@/lib/http/answer-turn";
import { endpoint, routes } from "@/lib/http/endpoint";
import { requestKey } from "@/lib/http/request-key";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  POST: endpoint({
    surface: assistants,
    body: CompletionBody,
    async handle({ scope, params, body, request }) {
      const agent = await getAgent(scope, params.assistantId ?? "");
      const key = requestKey(request);
      const known = body.store_in_session ? await getAgentSession(scope, body.store_in_session, agent) : null;
      // A repeat of the request that keeps the session busy is not refused.
      if (known && known.session.runningRunId !== null && key === undefined) throw busy();
      const model = agentModel(agent, scope.models.defaultModel);
      checkMessages(agent, body, model);

      const projectId = body.create_session ? await projectNamed(scope, null) : agent.projectId;
      const taken = await takeAll(scope, decodeTurns(agent, body, known, projectId, key));
      const headOf = async ({ first, startedAt }: AnswerHead): Promise<CompletionHead> => ({
        runId: first.runId,
        at: startedAt,
        model,
        // A session that was made elsewhere, for an earlier request of which this is a repeat, is known at its end.
        sessionId: first.sessionId ?? (body.create_session ? await sessionOfRun(scope, first.runId) : null),
        docs: first.docs,
      });
      const withUsage = body.stream_options?.include_usage ?? false;
      const response = await answerTurn(scope, taken, request, {
        isStream: body.stream ?? false,
        frames: async function* (turns, head) {
          yield* completionFrames(turns, { ...(await headOf(head)), withUsage, onFailure: head.hangUp });
        },
        json: async (turns, head) => completion(encodeCompletion(await headOf(head), choicesOf(turns)), turns),
        failure: assistants.failure,
      });
      const ignored = ignoredNames(body);
      if (ignored.length > 0) response.headers.set("x-ignored-parameters", ignored.join(", "));
      return response;
    },
  }),
});

const choicesOf = (turns: readonly WholeTurn[]) =>
  turns.flatMap(({ events, last }) => (last.type === "turn-end" ? [{ events, last }] : []));

function completion(body: object, turns: readonly WholeTurn[]): Response {
  const isEstimated = turns.some(({ last }) => last.usage.isEstimated);
  return Response.json(body, { headers: isEstimated ? { "x-usage-estimated": "true" } : undefined });
}

const busy = () => new ChatError("busy", "Session is busy", { noun: "session" });
