import { createProject, listProjects } from "@/lib/core/projects";
import { decodePage, encodeProject, julep, ListQuery, ProjectBody } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: ListQuery,
    async handle({ scope, query }) {
      const items = await listProjects(scope, decodePage(query));
      return json({ items: items.map(encodeProject) });
    },
  }),
  POST: endpoint({
    surface: julep,
    body: ProjectBody,
    async handle({ scope, body }) {
      const project = await createProject(scope, {
        canonicalName: body.canonical_name ?? null,
        name: body.name,
        metadata: body.metadata ?? null,
      });
      return json(encodeProject(project), { status: 201 });
    },
  }),
});
