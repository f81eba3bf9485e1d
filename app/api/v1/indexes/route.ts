import { createIndex, listIndexes, renameIndex } from "@/lib/core/indexes";
import { defaultProject } from "@/lib/core/projects";
import { library, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: library.IndexListQuery,
    async handle({ scope, query }) {
      const projectId = await projectOf(scope, query);
      const page = library.pageOf(query);
      const { source_directory_id: only } = query;
      const found =
        only === undefined
          ? await listIndexes(scope, projectId, { ...page, limit: page.limit + 1 })
          : [await library.indexOf(scope, query, only)];
      return json(library.encodeItems(found, page, library.encodeIndex));
    },
  }),
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.IndexCreateBody,
    async handle({ scope, query, body }) {
      const { name, description = null, source_directory_id: directory } = body;
      if (directory == null) {
        const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
        const index = await createIndex(scope, projectId, { name: name?.trim() ?? "", description });
        return json(library.encodeIndex(index));
      }
      const { id } = await library.indexOf(scope, query, directory);
      const fields = {
        ...(name == null ? {} : { name: name.trim() }),
        ...(description === null ? {} : { description }),
      };
      return json(library.encodeIndex(await renameIndex(scope, null, id, fields)));
    },
  }),
});
