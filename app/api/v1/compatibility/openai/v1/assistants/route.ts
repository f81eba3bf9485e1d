import { createAgent, listAgentsBeside } from "@/lib/core/agents";
import {
  AssistantBody,
  AssistantListQuery,
  agentModel,
  assistants,
  decodeAssistant,
  encodeAssistant,
  encodeAssistantPage,
} from "@/lib/dialects/assistants";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    query: AssistantListQuery,
    async handle({ scope, query }) {
      const { limit, order, after = null, before = null } = query;
      const found = await listAgentsBeside(scope, { limit: limit + 1, direction: order, after, before });
      // Up to one of them, what is too much stands at the beginning.
      const agents = before !== null && after === null ? found.slice(-limit) : found.slice(0, limit);
      const items = agents.map((agent) => encodeAssistant(agent, agentModel(agent, scope.models.defaultModel)));
      return json(encodeAssistantPage(items, found.length > limit));
    },
  }),
  POST: endpoint({
    surface: assistants,
    body: AssistantBody,
    async handle({ scope, body }) {
      const agent = await createAgent(scope, decodeAssistant(body));
      return json(encodeAssistant(agent, agentModel(agent, scope.models.defaultModel)));
    },
  }),
});
