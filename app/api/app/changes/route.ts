import { listChangedSessions } from "@/lib/core/sessions";
import { encodePage } from "@/lib/dialects/llamacloud";
import { ChangesQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

// A change that was being committed while the last look was taken shows in the next.
const OVERLAP_MS = 2000;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: ChangesQuery,
    async handle({ scope, query }) {
      const token = new Date(Date.now() - OVERLAP_MS).toISOString();
      const changed = query.since ? await listChangedSessions(scope, new Date(query.since)) : [];
      return Response.json({ token, items: encodePage(changed, null, true).items });
    },
  }),
});
