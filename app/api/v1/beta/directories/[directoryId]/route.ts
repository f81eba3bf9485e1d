import { deleteIndex } from "@/lib/core/indexes";
import { library, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { directoryId = "" } }) {
      return json(library.encodeDirectory(await library.indexOf(scope, query, directoryId)));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { directoryId = "" } }) {
      await deleteIndex(scope, await projectOf(scope, query), directoryId);
      return new Response(null, { status: 204 });
    },
  }),
});
