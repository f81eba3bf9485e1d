import { giveUpFile, storeFile } from "@/lib/core/files";
import { mostDocumentBytes } from "@/lib/core/knowledge/documents";
import { defaultProject } from "@/lib/core/projects";
import { library, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { readUploadForm } from "@/lib/http/multipart";
import { announcedBytes } from "@/lib/http/upload";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, request }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      const { stored, fields } = await readUploadForm(request, "file", {
        store: (file) =>
          storeFile(scope, { ...file, maxBytes: mostDocumentBytes(scope), announced: announcedBytes(request) }),
        giveUp: (file) => giveUpFile(scope, file),
      });
      const told = { projectId, purpose: fields.get("purpose") ?? null, expiresFrom: scope.now() };
      return json(library.encodeLibraryFile(stored, told));
    },
  }),
});
