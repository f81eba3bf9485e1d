import { getIndex } from "@/lib/core/indexes";
import { lookUp } from "@/lib/core/knowledge/look-up";
import { AskBody, encodeFound, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    body: AskBody,
    isReading: true,
    async handle({ scope, params: { indexId = "" }, body: { question, limit } }) {
      const { id } = await getIndex(scope, null, indexId);
      const owners = { agentIds: [], userIds: [], indexIds: [id] };
      return json(encodeFound(await lookUp(scope, owners, question, { limit: limit ?? 10, isAsked: true })));
    },
  }),
});
