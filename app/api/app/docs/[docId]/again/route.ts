import { readDocAgain } from "@/lib/core/ingest";
import { encodeDocument, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    async handle({ scope, params: { docId = "" } }) {
      return Response.json(encodeDocument(await readDocAgain(scope, docId)));
    },
  }),
});
