import { forgetUpload, getFile, readFile } from "@/lib/core/files";
import { web } from "@/lib/dialects/web";
import { fileResponse } from "@/lib/http/download";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope, params, request }) {
      const file = await getFile(scope, params.fileId ?? "");
      return fileResponse(request, file, ({ from, upto }) => readFile(scope, file, from, upto));
    },
  }),
  DELETE: endpoint({
    surface: web,
    async handle({ scope, params }) {
      await forgetUpload(scope, params.fileId ?? "");
      return new Response(null, { status: 204 });
    },
  }),
});
