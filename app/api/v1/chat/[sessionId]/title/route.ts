import { generateTitle } from "@/lib/core/sessions";
import { llamacloud, ScopeQuery, TitleBody } from "@/lib/dialects/llamacloud";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { sessionOf, summaryOf } from "@/lib/routes/llamacloud-session";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: TitleBody,
    async handle({ scope, query, params, body }) {
      const { id } = await sessionOf(scope, query, params.sessionId ?? "");
      const session = await generateTitle(scope, id, body.first_message.trim());
      return json(await summaryOf(scope, query, session));
    },
  }),
});
