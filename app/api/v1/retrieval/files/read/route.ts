import { readDocument } from "@/lib/core/knowledge/find-in-document";
import { getDocumentIn } from "@/lib/core/knowledge/library";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

const MOST = 1_000_000;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.ReadBody,
    isReading: true,
    async handle({ scope, query, body }) {
      const index = await library.indexOf(scope, query, body.index_id);
      const { id } = await getDocumentIn(scope, { indexIds: [index.id] }, body.file_id);
      const { content } = await readDocument(scope, id, body.offset ?? 0, Math.min(body.max_length ?? MOST, MOST));
      return json({ content });
    },
  }),
});
