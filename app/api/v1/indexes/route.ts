import { createIndex, listIndexes } from "@/lib/core/indexes";
import { defaultProject } from "@/lib/core/projects";
import { CreateIndexBody, encodeIndex, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      const found = await listIndexes(scope, projectId);
      return Response.json({ items: found.map(encodeIndex), next_page_token: null });
    },
  }),
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: CreateIndexBody,
    async handle({ scope, query, body }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      const index = { name: body.name.trim(), description: body.description ?? null };
      return Response.json(encodeIndex(await createIndex(scope, projectId, index)));
    },
  }),
});
