import { findInDocument } from "@/lib/core/knowledge/find-in-document";
import { getDocumentIn } from "@/lib/core/knowledge/library";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.GrepBody,
    isReading: true,
    async handle({ scope, query, body, request }) {
      const index = await library.indexOf(scope, query, body.index_id);
      const { id } = await getDocumentIn(scope, { indexIds: [index.id] }, body.file_id);
      const page = library.pageOf(body);
      const context = Math.min(body.context_chars ?? 0, 1000);
      const asked = { context, offset: page.offset, limit: page.limit + 1 };
      const found = await findInDocument(scope, id, body.pattern, asked, request.signal);
      const encode = ({ content, from, to }: (typeof found)[number]) => ({ content, start_char: from, end_char: to });
      return json(library.encodeItems(found, page, encode));
    },
  }),
});
