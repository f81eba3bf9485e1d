import { getAgent } from "@/lib/core/agents";
import { agentModel, assistants, encodeModel } from "@/lib/dialects/assistants";
import { notFound } from "@/lib/domain/errors";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

// Names of models may hold slashes.
export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const agent = await getAgent(scope, params.assistantId ?? "");
      const model = agentModel(agent, scope.models.defaultModel);
      if (params.model !== model) throw notFound("model", params.model);
      return json(encodeModel(model, agent.createdAt));
    },
  }),
});
