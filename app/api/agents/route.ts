import { createAgent, listAgents } from "@/lib/core/agents";
import { AgentBody, decodeAgent, decodePage, encodeAgent, julep, ListQuery } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: ListQuery,
    async handle({ scope, query }) {
      const items = await listAgents(scope, decodePage(query));
      return json({ items: items.map(encodeAgent) });
    },
  }),
  POST: endpoint({
    surface: julep,
    body: AgentBody,
    async handle({ scope, body }) {
      const agent = await createAgent(scope, decodeAgent(body));
      return json(encodeAgent(agent), { status: 201 });
    },
  }),
});
