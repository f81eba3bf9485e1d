import { getBot } from "@/lib/core/bots";
import { wholeAnswer } from "@/lib/core/turn/answer-text";
import { takeTurn } from "@/lib/core/turn/take-turn";
import { botFrames, bots, ChatBody, decodeTurn, FIRST_FRAME } from "@/lib/dialects/bots";
import { answerTurn } from "@/lib/http/answer-turn";
import { anyoneEndpoint, routes } from "@/lib/http/endpoint";
import { repeatable, requestKey } from "@/lib/http/request-key";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(bots, {
  POST: anyoneEndpoint({
    surface: bots,
    body: ChatBody,
    async handle({ scope, scopeFor, parley, body, request }) {
      const asked = { uid: body.bot_uid || null, slug: body.bot_slug || null };
      const { agent, accountId } = await getBot(parley.ports, scope, asked);
      const owner = scopeFor(accountId);
      const taken = await takeTurn(owner, repeatable(decodeTurn(agent, body), requestKey(request)));
      return answerTurn(owner, [taken], request, {
        isStream: body.stream,
        firstFrame: FIRST_FRAME,
        frames: ([turn]) => botFrames(turn),
        json: ([turn]) => Response.json({ content: wholeAnswer(turn.events) }),
        failure: bots.failure,
      });
    },
  }),
});
