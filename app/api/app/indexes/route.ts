import { createIndex, listIndexes } from "@/lib/core/indexes";
import { defaultProject } from "@/lib/core/projects";
import { encodeIndexDetails, encodeListed, IndexBody, OffsetQuery, PAGE, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: OffsetQuery,
    async handle({ scope, query: { offset = 0 } }) {
      const found = await listIndexes(scope, null, { offset, limit: PAGE + 1 });
      return json(encodeListed(found, encodeIndexDetails));
    },
  }),
  POST: endpoint({
    surface: web,
    body: IndexBody,
    async handle({ scope, body: { name, description = null } }) {
      const index = await createIndex(scope, await defaultProject(scope), { name, description });
      return json(encodeIndexDetails(index), { status: 201 });
    },
  }),
});
