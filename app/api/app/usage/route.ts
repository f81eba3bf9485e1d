import { dailyUsage } from "@/lib/core/usage";
import { encodeUsage, UsageQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: UsageQuery,
    async handle({ scope, query }) {
      return Response.json({ items: (await dailyUsage(scope, query.days, Date.now())).map(encodeUsage) });
    },
  }),
});
