import { clearHistory } from "@/lib/core/session-settings";
import { getSession } from "@/lib/core/sessions";
import { getHistory, withFileContent } from "@/lib/core/turn/history";
import { encodeDeleted, encodeHistory, HistoryQuery, julep, pathId, SHOWN_SOURCES } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: HistoryQuery,
    async handle({ scope, params, query, request }) {
      const session = await getSession(scope, pathId(params.sessionId, "session_id"));
      const asked = new URL(request.url).searchParams.getAll("source");
      const sources = asked.length > 0 ? asked : SHOWN_SOURCES;
      const history = await withFileContent(scope, await getHistory(scope, session, { sources, ...query }));
      return json(encodeHistory(session, history, sources, query));
    },
  }),
  DELETE: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const id = pathId(params.sessionId, "session_id");
      await clearHistory(scope, id);
      return json(encodeDeleted(id), { status: 202 });
    },
  }),
});
