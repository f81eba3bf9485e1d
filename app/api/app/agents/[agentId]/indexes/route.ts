import { listAgentIndexes, setAgentIndexes } from "@/lib/core/indexes";
import { AgentIndexesBody, encodeIndexDetails, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope, params: { agentId = "" } }) {
      return json({ items: (await listAgentIndexes(scope, agentId)).map(encodeIndexDetails) });
    },
  }),
  PUT: endpoint({
    surface: web,
    body: AgentIndexesBody,
    async handle({ scope, params: { agentId = "" }, body }) {
      await setAgentIndexes(scope, agentId, body.index_ids);
      return json({ items: (await listAgentIndexes(scope, agentId)).map(encodeIndexDetails) });
    },
  }),
});
