import { createTool } from "@/lib/core/agent-tools";
import { encodeTool, ToolInput, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    body: ToolInput,
    async handle({ scope, params: { agentId = "" }, body }) {
      return json(encodeTool(await createTool(scope, agentId, body)), { status: 201 });
    },
  }),
});
