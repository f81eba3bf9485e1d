import { readAgain } from "@/lib/core/ingest";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      const { id } = await library.indexOf(scope, query, indexId);
      await readAgain(scope, { role: "index", id });
      return json(library.encodeIndex(await library.indexOf(scope, query, id)));
    },
  }),
});
