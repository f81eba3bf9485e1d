import { listChangedSessions } from "@/lib/core/session-changes";
import { encodePage } from "@/lib/dialects/llamacloud";
import { ChangesQuery, encodeChanges, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: ChangesQuery,
    async handle({ scope, query }) {
      const changes = await listChangedSessions(scope, query.since ?? null);
      return json(encodeChanges({ changes, items: encodePage(changes.sessions, null, true).items }));
    },
  }),
});
