import { createAgent, listLatestAgents } from "@/lib/core/agents";
import { BotBody, BotListQuery, bots, decodeBot, encodeBot } from "@/lib/dialects/bots";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(bots, {
  GET: endpoint({
    surface: bots,
    query: BotListQuery,
    async handle({ scope, query }) {
      const agents = await listLatestAgents(scope, query.limit, query.offset);
      return json({ items: agents.map((agent) => encodeBot(agent, scope.accountId)) });
    },
  }),
  POST: endpoint({
    surface: bots,
    body: BotBody,
    async handle({ scope, body }) {
      const agent = await createAgent(scope, decodeBot(body));
      return json(encodeBot(agent, scope.accountId), { status: 201 });
    },
  }),
});
