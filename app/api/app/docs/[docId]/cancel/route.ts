import { cancelIngest, getFileDoc } from "@/lib/core/ingest";
import { encodeDocument, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    async handle({ scope, params: { docId = "" } }) {
      await cancelIngest(scope, docId);
      return Response.json(encodeDocument(await getFileDoc(scope, docId)));
    },
  }),
});
