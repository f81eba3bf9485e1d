import { deleteTool, patchTool, replaceTool } from "@/lib/core/agent-tools";
import {
  CreateTool,
  decodeToolPatch,
  encodeDeleted,
  encodeToolFor,
  julep,
  pathId,
  ToolPatch,
} from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

const ids = (params: Readonly<Record<string, string>>) =>
  [pathId(params.agentId, "agent_id"), pathId(params.toolId, "tool_id")] as const;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  PUT: endpoint({
    surface: julep,
    body: CreateTool,
    async handle({ scope, params, body }) {
      return json(encodeToolFor(scope, await replaceTool(scope, ...ids(params), body)));
    },
  }),
  PATCH: endpoint({
    surface: julep,
    body: ToolPatch,
    async handle({ scope, params, body }) {
      const tool = await patchTool(scope, ...ids(params), (now) => decodeToolPatch(now, body));
      return json(encodeToolFor(scope, tool));
    },
  }),
  DELETE: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const [agentId, toolId] = ids(params);
      await deleteTool(scope, agentId, toolId);
      return json(encodeDeleted(toolId));
    },
  }),
});
