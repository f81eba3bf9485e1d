import { deleteIndex, getIndex, renameIndex } from "@/lib/core/indexes";
import { encodeIndexDetails, IndexPatch, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope, params: { indexId = "" } }) {
      return json(encodeIndexDetails(await getIndex(scope, null, indexId)));
    },
  }),
  PATCH: endpoint({
    surface: web,
    body: IndexPatch,
    async handle({ scope, params: { indexId = "" }, body }) {
      return json(encodeIndexDetails(await renameIndex(scope, null, indexId, body)));
    },
  }),
  DELETE: endpoint({
    surface: web,
    async handle({ scope, params: { indexId = "" } }) {
      await deleteIndex(scope, null, indexId);
      return new Response(null, { status: 204 });
    },
  }),
});
