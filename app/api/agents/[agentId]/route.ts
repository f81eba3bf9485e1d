import { deleteAgent, getAgent, patchAgent, replaceAgent, saveAgent } from "@/lib/core/agents";
import {
  AgentBody,
  AgentPatch,
  decodeAgent,
  decodeAgentPatch,
  encodeAgent,
  encodeDeleted,
  julep,
  pathId,
} from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const agent = await getAgent(scope, pathId(params.agentId, "agent_id"));
      return json(encodeAgent(agent));
    },
  }),
  POST: endpoint({
    surface: julep,
    body: AgentBody,
    async handle({ scope, params, body }) {
      const agent = await saveAgent(scope, pathId(params.agentId, "agent_id"), decodeAgent(body));
      return json(encodeAgent(agent), { status: 201 });
    },
  }),
  PUT: endpoint({
    surface: julep,
    body: AgentBody,
    async handle({ scope, params, body }) {
      const agent = await replaceAgent(scope, pathId(params.agentId, "agent_id"), decodeAgent(body));
      return json(encodeAgent(agent));
    },
  }),
  PATCH: endpoint({
    surface: julep,
    body: AgentPatch,
    async handle({ scope, params, body }) {
      const agent = await patchAgent(scope, pathId(params.agentId, "agent_id"), () => decodeAgentPatch(body));
      return json(encodeAgent(agent));
    },
  }),
  DELETE: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const id = pathId(params.agentId, "agent_id");
      await deleteAgent(scope, id);
      return json(encodeDeleted(id), { status: 202 });
    },
  }),
});
