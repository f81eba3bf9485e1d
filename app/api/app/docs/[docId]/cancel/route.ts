import { cancelIngest, getFileDoc } from "@/lib/core/ingest";
import { encodeDocument, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    async handle({ scope, params: { docId = "" } }) {
      await cancelIngest(scope, docId);
      return json(encodeDocument(await getFileDoc(scope, docId)));
    },
  }),
});
