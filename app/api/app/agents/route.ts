import { createAgent } from "@/lib/core/agents";
import { AgentBody, AgentListQuery, decodeAgent, encodeAgent, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { agentPage } from "@/lib/pages/agent-page";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: AgentListQuery,
    async handle({ scope, query }) {
      return json(await agentPage(scope, query.offset));
    },
  }),
  POST: endpoint({
    surface: web,
    body: AgentBody,
    async handle({ scope, body }) {
      return json(encodeAgent(await createAgent(scope, decodeAgent(body))));
    },
  }),
});
