import { getContext } from "@/lib/core/context/context";
import { ContextQuery, encodeContext, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: ContextQuery,
    async handle({ scope, params, query }) {
      return json(encodeContext(await getContext(scope, params.sessionId ?? "", params.runId ?? ""), query));
    },
  }),
});
