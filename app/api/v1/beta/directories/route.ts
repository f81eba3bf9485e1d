import { createIndex, listIndexes } from "@/lib/core/indexes";
import { defaultProject } from "@/lib/core/projects";
import { library, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: library.PageQuery,
    async handle({ scope, query }) {
      const page = library.pageOf(query);
      const found = await listIndexes(scope, await projectOf(scope, query), { ...page, limit: page.limit + 1 });
      return json(library.encodeItems(found, page, library.encodeDirectory));
    },
  }),
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: library.DirectoryBody,
    async handle({ scope, query, body }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      const index = { name: body.name.trim(), description: body.description ?? null };
      return json(library.encodeDirectory(await createIndex(scope, projectId, index)));
    },
  }),
});
