import { getPassage } from "@/lib/core/knowledge/documents";
import { encodePassage, PassageQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: PassageQuery,
    async handle({ scope, params: { docId = "" }, query }) {
      return Response.json(encodePassage(await getPassage(scope, docId, query.chunk_id)));
    },
  }),
});
