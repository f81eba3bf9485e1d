import { getPassage } from "@/lib/core/knowledge/documents";
import { encodePassage, PassageQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: PassageQuery,
    async handle({ scope, params: { docId = "" }, query }) {
      return json(encodePassage(await getPassage(scope, docId, query.chunk_id)));
    },
  }),
});
