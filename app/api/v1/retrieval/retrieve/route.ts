import { lookUp } from "@/lib/core/knowledge/look-up";
import { drawableDocs } from "@/lib/core/knowledge/page-pictures";
import { retrieved } from "@/lib/core/knowledge/retrieved";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { searchHeaders } from "@/lib/http/search-headers";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.RetrieveBody,
    isReading: true,
    async handle({ scope, query, body }) {
      const [filter, docIds] = [library.metadataFilter(body), library.docFilter(body)];
      const { id } = await library.indexOf(scope, query, body.index_id);
      const owners = { agentIds: [], userIds: [], indexIds: [id] };
      const limit = Math.min(body.top_k ?? 10, 50);
      const { hits, ...how } = await lookUp(scope, owners, body.query, { limit, isAsked: true, filter, docIds });
      const least = body.score_threshold ?? 0;
      const found = hits.filter(({ score }) => score >= least);
      const results = retrieved(found, await drawableDocs(scope, found));
      return json({ results }, { headers: searchHeaders(how) });
    },
  }),
});
