import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { documentOfForm } from "@/lib/routes/llamacloud-library";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { directoryId = "" }, request }) {
      const index = await library.indexOf(scope, query, directoryId);
      return json(library.encodeDirectoryFile(await documentOfForm(scope, index.id, request), index));
    },
  }),
});
