import { deleteAgent, patchAgent } from "@/lib/core/agents";
import { getOwnBot } from "@/lib/core/bots";
import { BotPatch, bots, decodeBotPatch, encodeBot } from "@/lib/dialects/bots";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(bots, {
  GET: endpoint({
    surface: bots,
    async handle({ scope, params }) {
      return json(encodeBot(await getOwnBot(scope, params.bot ?? ""), scope.accountId));
    },
  }),
  PATCH: endpoint({
    surface: bots,
    body: BotPatch,
    async handle({ scope, params, body }) {
      const { id } = await getOwnBot(scope, params.bot ?? "");
      const agent = await patchAgent(scope, id, (now) => decodeBotPatch(body, now));
      return json(encodeBot(agent, scope.accountId));
    },
  }),
  DELETE: endpoint({
    surface: bots,
    async handle({ scope, params }) {
      const { id } = await getOwnBot(scope, params.bot ?? "");
      await deleteAgent(scope, id);
      return new Response(null, { status: 204 });
    },
  }),
});
