import { getBot } from "@/lib/core/bots";
import { wholeAnswer } from "@/lib/core/turn/answer-text";
import { turnFailure } from "@/lib/core/turn/failure";
import { acceptance, endedTurn } from "@/lib/core/turn/follow";
import { takeTurn } from "@/lib/core/turn/take-turn";
import { botFrames, bots, ChatBody, decodeTurn, FIRST_FRAME } from "@/lib/dialects/bots";
import { ChatError } from "@/lib/domain/errors";
import { isLast } from "@/lib/domain/events";
import { anyoneEndpoint, routes } from "@/lib/http/endpoint";
import { repeatable, requestKey } from "@/lib/http/request-key";
import { hangUpWith, turnOf } from "@/lib/http/request-turn";
import { sseResponse } from "@/lib/http/sse";

const ACCEPTANCE_MS = 30_000;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(bots, {
  POST: anyoneEndpoint({
    surface: bots,
    body: ChatBody,
    async handle({ scope, scopeFor, parley, body, request }) {
      const asked = { uid: body.bot_uid || null, slug: body.bot_slug || null };
      const { agent, accountId } = await getBot(parley.ports, scope, asked);
      const owner = scopeFor(accountId);
      const taken = await takeTurn(owner, { ...decodeTurn(agent, body), ...repeatable(requestKey(request)) });
      const hangUp = hangUpWith(request, taken);
      const { live } = taken;
      if (body.stream && live) {
        await acceptance(live, ACCEPTANCE_MS);
        if (!live.events.some((event) => event.type === "turn-error")) {
          return sseResponse(botFrames(turnOf(owner, taken)), { first: FIRST_FRAME, onLeave: hangUp });
        }
      }
      const events = await endedTurn(turnOf(owner, taken));
      const last = events.findLast(isLast);
      if (!last) throw new ChatError("interrupted", "The answer was interrupted");
      if (last.type === "turn-error") throw turnFailure(last);
      if (body.stream) return sseResponse(botFrames(turnOf(owner, taken)), { first: FIRST_FRAME });
      return Response.json({ content: wholeAnswer(events) });
    },
  }),
});
