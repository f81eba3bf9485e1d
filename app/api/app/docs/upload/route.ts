import { uploadDocument } from "@/lib/core/knowledge/documents";
import { DocUploadQuery, encodeDocument, ownerIn, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { announcedBytes, uploadedBytes } from "@/lib/http/upload";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    query: DocUploadQuery,
    async handle({ scope, query, request }) {
      const doc = await uploadDocument(scope, ownerIn(query), {
        name: query.name,
        mediaType: request.headers.get("content-type") ?? "",
        bytes: uploadedBytes(request),
        announced: announcedBytes(request),
      });
      return json(encodeDocument(doc), { status: 201 });
    },
  }),
});
