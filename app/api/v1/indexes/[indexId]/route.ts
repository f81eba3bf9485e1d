import { deleteIndex } from "@/lib/core/indexes";
import { library, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      return json(library.encodeIndex(await library.indexOf(scope, query, indexId)));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      await deleteIndex(scope, await projectOf(scope, query), indexId);
      return new Response(null, { status: 204 });
    },
  }),
});
