import { deleteTool, replaceTool } from "@/lib/core/agent-tools";
import { encodeTool, ToolInput, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  PUT: endpoint({
    surface: web,
    body: ToolInput,
    async handle({ scope, params: { agentId = "", toolId = "" }, body }) {
      return json(encodeTool(await replaceTool(scope, agentId, toolId, body)));
    },
  }),
  DELETE: endpoint({
    surface: web,
    async handle({ scope, params: { agentId = "", toolId = "" } }) {
      await deleteTool(scope, agentId, toolId);
      return new Response(null, { status: 204 });
    },
  }),
});
