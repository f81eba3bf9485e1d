import { getFile } from "@/lib/core/files";
import { ingestFile, listFileDocs } from "@/lib/core/ingest";
import { addText } from "@/lib/core/knowledge/documents";
import { DocBody, DocsQuery, encodeDocument, encodeListed, ownerIn, PAGE, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: DocsQuery,
    async handle({ scope, query }) {
      const page = { offset: query.offset ?? 0, limit: PAGE + 1 };
      return json(encodeListed(await listFileDocs(scope, ownerIn(query), page), encodeDocument));
    },
  }),
  POST: endpoint({
    surface: web,
    body: DocBody,
    bodyLimitBytes: 4 * 1024 * 1024,
    async handle({ scope, body }) {
      const { title, file_id: fileId, text } = body;
      const owner = ownerIn(body);
      if (text != null) {
        const made = await addText(scope, owner, { title: title ?? "", text });
        return json(encodeDocument(made), { status: 201 });
      }
      const file = await getFile(scope, fileId ?? "");
      const input = { fileId: file.id, title: title ?? file.name, metadata: null };
      return json(encodeDocument(await ingestFile(scope, owner, input)), { status: 201 });
    },
  }),
});
