import { defaults } from "@/lib/core/agents";
import { deleteIndex, findIndex } from "@/lib/db/indexes";
import { llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { encodeIndex } from "@/lib/dialects/llamacloud/indexes";
import { notFound } from "@/lib/domain/errors";
import { isId } from "@/lib/domain/ids";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaults(scope)).projectId;
      const index = isId(indexId) ? await findIndex(scope.database, scope.accountId, projectId, indexId) : null;
      if (!index) throw notFound("index", indexId);
      return Response.json(encodeIndex(index));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaults(scope)).projectId;
      const isGone = isId(indexId) && (await deleteIndex(scope.database, scope.accountId, projectId, indexId));
      if (!isGone) throw notFound("index", indexId);
      return new Response(null, { status: 204 });
    },
  }),
});
