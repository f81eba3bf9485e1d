import { getAgent } from "@/lib/core/agents";
import { agentModel, assistants, encodeModel, encodeModels } from "@/lib/dialects/assistants";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const agent = await getAgent(scope, params.assistantId ?? "");
      const model = agentModel(agent, scope.models.defaultModel);
      return json(encodeModels([encodeModel(model, agent.createdAt)]));
    },
  }),
});
