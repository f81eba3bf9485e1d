import { getFileDoc } from "@/lib/core/ingest";
import { deleteDocument } from "@/lib/core/knowledge/documents";
import { encodeDocument, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope, params: { docId = "" } }) {
      return json(encodeDocument(await getFileDoc(scope, docId)));
    },
  }),
  DELETE: endpoint({
    surface: web,
    async handle({ scope, params: { docId = "" } }) {
      await deleteDocument(scope, docId);
      return new Response(null, { status: 204 });
    },
  }),
});
