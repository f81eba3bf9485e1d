import { createIndex, listIndexes } from "@/lib/core/indexes";
import { defaultProject } from "@/lib/core/projects";
import { encodeIndexDetails, encodeListed, IndexBody, OffsetQuery, PAGE, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: OffsetQuery,
    async handle({ scope, query: { offset = 0 } }) {
      const found = await listIndexes(scope, null, { offset, limit: PAGE + 1 });
      return Response.json(encodeListed(found, encodeIndexDetails));
    },
  }),
  POST: endpoint({
    surface: web,
    body: IndexBody,
    async handle({ scope, body: { name, description = null } }) {
      const index = await createIndex(scope, await defaultProject(scope), { name, description });
      return Response.json(encodeIndexDetails(index), { status: 201 });
    },
  }),
});
