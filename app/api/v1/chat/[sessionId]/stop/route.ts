import { getSession } from "@/lib/core/sessions";
import { stopTurn } from "@/lib/core/turn/stop";
import { llamacloud, ScopeQuery } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { sessionOf, summaryOf } from "@/lib/routes/llamacloud-session";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params }) {
      const { id } = await sessionOf(scope, query, params.sessionId ?? "");
      const stopped = await stopTurn(scope, id);
      const { job_metadata } = await summaryOf(scope, query, await getSession(scope, id));
      return json({ stopped, job_metadata });
    },
  }),
});
