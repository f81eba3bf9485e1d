import { forgetUpload, getFile } from "@/lib/core/files";
import { defaultProject } from "@/lib/core/projects";
import { library, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { fileId = "" } }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      const file = await getFile(scope, fileId);
      return json(library.encodeLibraryFile(file, { projectId, purpose: null, expiresFrom: null }));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { fileId = "" } }) {
      await projectOf(scope, query);
      await forgetUpload(scope, fileId);
      return new Response(null, { status: 204 });
    },
  }),
});
