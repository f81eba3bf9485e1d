import { readyMessages } from "@/lib/core/render/ready-messages";
import { readyFiles } from "@/lib/core/render/ready-parts";
import { prepareTurn } from "@/lib/core/turn/prepare";
import {
  ChatInput,
  decodePolicy,
  decodeRequest,
  encodeRender,
  JULEP_LARGE_BODY_BYTES,
  julep,
  pathId,
} from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  POST: endpoint({
    surface: julep,
    body: ChatInput,
    bodyLimitBytes: JULEP_LARGE_BODY_BYTES,
    isReading: true,
    async handle({ scope, params, body }) {
      const turn = decodeRequest(pathId(params.sessionId, "session_id"), body);
      const policy = decodePolicy(body);
      // Nothing is asked of the provider here, so a key for it counts for nothing.
      const { description, listedTools, docs } = await prepareTurn({ ...scope, providerKey: undefined }, policy, turn);
      const messages = await readyMessages(description.messages, readyFiles(scope));
      return json(encodeRender(messages, listedTools, docs, body));
    },
  }),
});
