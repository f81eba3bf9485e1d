import { findDocuments } from "@/lib/core/knowledge/library";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.FindBody,
    isReading: true,
    async handle({ scope, query, body }) {
      const { id } = await library.indexOf(scope, query, body.index_id);
      const page = library.pageOf(body);
      const by = { name: body.file_name, part: body.file_name_contains };
      const found = await findDocuments(scope, { indexIds: [id] }, by, { ...page, limit: page.limit + 1 });
      const encode = ({ id: fileId, title }: (typeof found)[number]) => ({ file_id: fileId, file_name: title });
      return json(library.encodeItems(found, page, encode));
    },
  }),
});
