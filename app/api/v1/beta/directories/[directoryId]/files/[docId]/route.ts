import { deleteDocument } from "@/lib/core/knowledge/documents";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { documentIn } from "@/lib/routes/llamacloud-library";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { directoryId = "", docId = "" } }) {
      const index = await library.indexOf(scope, query, directoryId);
      return json(library.encodeDirectoryFile(await documentIn(scope, index.id, docId), index));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { directoryId = "", docId = "" } }) {
      const index = await library.indexOf(scope, query, directoryId);
      const { id } = await documentIn(scope, index.id, docId);
      await deleteDocument(scope, id);
      return new Response(null, { status: 204 });
    },
  }),
});
