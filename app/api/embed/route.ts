import { embedTexts } from "@/lib/core/recall/search";
import { EmbedBody, JULEP_LARGE_BODY_BYTES, julep } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  POST: endpoint({
    surface: julep,
    body: EmbedBody,
    bodyLimitBytes: JULEP_LARGE_BODY_BYTES,
    async handle({ scope, body }) {
      const options = { instruction: body.embed_instruction, isAsked: true };
      return json({ vectors: await embedTexts(scope, body.text, options) });
    },
  }),
});
