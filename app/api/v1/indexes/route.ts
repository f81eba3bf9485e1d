import { defaults } from "@/lib/core/agents";
import { insertIndex, listIndexes } from "@/lib/db/indexes";
import { llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { CreateIndexBody, encodeIndex } from "@/lib/dialects/llamacloud/indexes";
import { newId } from "@/lib/domain/ids";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaults(scope)).projectId;
      const found = await listIndexes(scope.database, scope.accountId, projectId);
      return Response.json({ items: found.map(encodeIndex), next_page_token: null });
    },
  }),
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: CreateIndexBody,
    async handle({ scope, query, body }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaults(scope)).projectId;
      const index = { id: newId(), projectId, name: body.name.trim(), description: body.description ?? null };
      return Response.json(encodeIndex(await insertIndex(scope.database, scope.accountId, index)));
    },
  }),
});
