import { deleteAgent, getAgent, patchAgent } from "@/lib/core/agents";
import { seesSecrets } from "@/lib/core/reach";
import { AgentPatch, decodeAgentPatch, encodeAgent, encodeListedAgent, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope, params }) {
      const agent = await getAgent(scope, params.agentId ?? "");
      return json(seesSecrets(scope) ? encodeAgent(agent) : encodeListedAgent(agent));
    },
  }),
  PATCH: endpoint({
    surface: web,
    body: AgentPatch,
    async handle({ scope, params, body }) {
      const agent = await patchAgent(scope, params.agentId ?? "", (now) => decodeAgentPatch(body, now));
      return json(encodeAgent(agent));
    },
  }),
  DELETE: endpoint({
    surface: web,
    async handle({ scope, params }) {
      const { id } = await getAgent(scope, params.agentId ?? "");
      await deleteAgent(scope, id);
      return new Response(null, { status: 204 });
    },
  }),
});
