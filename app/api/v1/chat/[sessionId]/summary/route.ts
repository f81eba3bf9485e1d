import { llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { sessionOf, summaryOf } from "@/lib/routes/llamacloud-session";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params }) {
      const session = await sessionOf(scope, query, params.sessionId ?? "");
      return json(await summaryOf(scope, query, session));
    },
  }),
});
