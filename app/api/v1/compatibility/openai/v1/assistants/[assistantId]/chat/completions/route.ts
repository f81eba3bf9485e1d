import { getAgent } from "@/lib/core/agents";
import { projectNamed } from "@/lib/core/projects";
import { getAgentSession } from "@/lib/core/sessions";
import { agentModel, assistants, CompletionBody, checkMessages, ignoredNames } from "@/lib/dialects/assistants";
import { ChatError } from "@/lib/domain/errors";
import { answerTurn } from "@/lib/http/answer-turn";
import { endpoint, routes } from "@/lib/http/endpoint";
import { requestKey } from "@/lib/http/request-key";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  POST: endpoint({
    surface: assistants,
    body: CompletionBody,
    // The contract, 2.
    bodyLimitBytes: 4 * 1024 * 1024,
    async handle({ scope, params, body, request }) {
      const agent = await getAgent(scope, params.assistantId ?? "");
      const isNamed = requestKey(request) !== undefined;
      const known = body.store_in_session ? await getAgentSession(scope, body.store_in_session, agent) : null;
      // A repeat of the request that keeps the session busy is not refused.
      if (known && known.session.runningRunId !== null && !isNamed) throw busy();
      const model = agentModel(agent, scope.models.defaultModel);
      checkMessages(agent, body, model);
      const projectId = body.create_session ? await projectNamed(scope, null) : agent.projectId;
      const response = await answerTurn(scope, request, assistants, { agent, body, known, projectId, model });
      const ignored = ignoredNames(body);
      if (ignored.length > 0) response.headers.set("x-ignored-parameters", ignored.join(", "));
      return response;
    },
  }),
});

const busy = () => new ChatError("busy", "Session is busy", { noun: "session" });
