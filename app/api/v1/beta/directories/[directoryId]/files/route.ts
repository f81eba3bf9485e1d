import { getFile } from "@/lib/core/files";
import { ingestFile, listFileDocs } from "@/lib/core/ingest";
import { library, llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: library.PageQuery,
    async handle({ scope, query, params: { directoryId = "" } }) {
      const index = await library.indexOf(scope, query, directoryId);
      const page = library.pageOf(query);
      const found = await listFileDocs(scope, { role: "index", id: index.id }, { ...page, limit: page.limit + 1 });
      return json(library.encodeItems(found, page, (doc) => library.encodeDirectoryFile(doc, index)));
    },
  }),
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.AddFileBody,
    async handle({ scope, query, params: { directoryId = "" }, body }) {
      const index = await library.indexOf(scope, query, directoryId);
      const file = await getFile(scope, body.file_id);
      const doc = await ingestFile(
        scope,
        { role: "index", id: index.id },
        { fileId: file.id, title: body.display_name ?? file.name, metadata: body.metadata ?? null },
      );
      return json(library.encodeDirectoryFile(doc, index));
    },
  }),
});
