import { getDoc } from "@/lib/core/docs";
import { DocQuery, encodeDoc, julep, pathId } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: DocQuery,
    async handle({ scope, params, query }) {
      const doc = await getDoc(scope, pathId(params.docId, "doc_id"), query.include_embeddings);
      return json(encodeDoc(doc));
    },
  }),
});
