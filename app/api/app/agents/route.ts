import { createAgent, listLatestAgents } from "@/lib/core/agents";
import { AgentBody, decodeAgent, encodeAgent, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

const MOST = 200;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope }) {
      return Response.json({ items: (await listLatestAgents(scope, MOST)).map(encodeAgent) });
    },
  }),
  POST: endpoint({
    surface: web,
    body: AgentBody,
    async handle({ scope, body }) {
      return Response.json(encodeAgent(await createAgent(scope, decodeAgent(body))));
    },
  }),
});
