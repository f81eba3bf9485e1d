import { fileLimits, storeFile } from "@/lib/core/files";
import { encodeFile, UploadQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { announcedBytes, uploadedBytes } from "@/lib/http/upload";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    query: UploadQuery,
    async handle({ scope, query, request }) {
      const file = await storeFile(scope, {
        name: query.name,
        mediaType: request.headers.get("content-type") ?? "",
        bytes: uploadedBytes(request),
        maxBytes: fileLimits(scope).each,
        announced: announcedBytes(request),
      });
      return json(encodeFile(file), { status: 201 });
    },
  }),
});
