import { UsageQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { usagePage } from "@/lib/pages/usage-page";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: UsageQuery,
    async handle({ scope, parley, query }) {
      return Response.json(await usagePage(parley, scope, query.days));
    },
  }),
});
