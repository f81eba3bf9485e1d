import { listChangedSessions } from "@/lib/core/sessions";
import { encodePage } from "@/lib/dialects/llamacloud";
import { ChangesQuery, changesToken, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: ChangesQuery,
    async handle({ scope, query }) {
      const token = changesToken(Date.now());
      const changed = query.since ? await listChangedSessions(scope, new Date(query.since)) : [];
      return Response.json({ token, items: encodePage(changed, null, true).items });
    },
  }),
});
