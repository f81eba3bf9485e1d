import { createTool } from "@/lib/core/agent-tools";
import { getAgent } from "@/lib/core/agents";
import { CreateTool, decodePage, encodeToolFor, julep, ListQuery, pathId, toolPage } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: ListQuery,
    async handle({ scope, params, query }) {
      const { tools } = await getAgent(scope, pathId(params.agentId, "agent_id"));
      return json({ items: toolPage(tools, decodePage(query)).map((tool) => encodeToolFor(scope, tool)) });
    },
  }),
  POST: endpoint({
    surface: julep,
    body: CreateTool,
    async handle({ scope, params, body }) {
      const tool = await createTool(scope, pathId(params.agentId, "agent_id"), body);
      return json(encodeToolFor(scope, tool), { status: 201 });
    },
  }),
});
