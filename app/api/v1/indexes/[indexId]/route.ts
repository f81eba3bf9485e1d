import { deleteIndex, getIndex } from "@/lib/core/indexes";
import { defaultProject } from "@/lib/core/projects";
import { encodeIndex, llamacloud, projectOf, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      return Response.json(encodeIndex(await getIndex(scope, projectId, indexId)));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params: { indexId = "" } }) {
      const projectId = (await projectOf(scope, query)) ?? (await defaultProject(scope));
      await deleteIndex(scope, projectId, indexId);
      return new Response(null, { status: 204 });
    },
  }),
});
