import { listAgentIndexes, setAgentIndexes } from "@/lib/core/indexes";
import { AgentIndexesBody, encodeIndexDetails, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope, params: { agentId = "" } }) {
      return Response.json({ items: (await listAgentIndexes(scope, agentId)).map(encodeIndexDetails) });
    },
  }),
  PUT: endpoint({
    surface: web,
    body: AgentIndexesBody,
    async handle({ scope, params: { agentId = "" }, body }) {
      await setAgentIndexes(scope, agentId, body.index_ids);
      return Response.json({ items: (await listAgentIndexes(scope, agentId)).map(encodeIndexDetails) });
    },
  }),
});
