import { getBot } from "@/lib/core/bots";
import { bots, ChatBody } from "@/lib/dialects/bots";
import { answerTurn } from "@/lib/http/answer-turn";
import { anyoneEndpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(bots, {
  POST: anyoneEndpoint({
    surface: bots,
    body: ChatBody,
    async handle({ scope, scopeFor, parley, body, request }) {
      const asked = { uid: body.bot_uid || null, slug: body.bot_slug || null };
      const bot = await getBot(parley.ports, scope, asked);
      return answerTurn(scopeFor(bot), request, bots, { agent: bot.agent, body });
    },
  }),
});
