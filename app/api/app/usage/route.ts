import { UsageQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { usagePage } from "@/lib/pages/usage-page";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: UsageQuery,
    async handle({ scope, parley, query }) {
      return json(await usagePage(parley, scope, query.days));
    },
  }),
});
