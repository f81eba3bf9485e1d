import { deleteSession, updateSession } from "@/lib/core/sessions";
import { getHistory, goneFrom, recalledOfRuns } from "@/lib/core/turn/history";
import { encodeEvents, llamacloud, PatchBody, ScopeQuery } from "@/lib/dialects/llamacloud";
import { exactValue } from "@/lib/domain/exact-numbers";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { sessionOf, summaryOf } from "@/lib/routes/llamacloud-session";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params }) {
      const session = await sessionOf(scope, query, params.sessionId ?? "");
      const history = await getHistory(scope, session);
      const withIds = query.event_ids ?? false;
      const recalled = withIds ? await recalledOfRuns(scope, [...history.runs.keys()]) : undefined;
      const gone = withIds ? await goneFrom(scope, history.line) : undefined;
      const events = exactValue(encodeEvents({ ...history, recalled, gone }, withIds));
      return json({ ...(await summaryOf(scope, query, session)), events });
    },
  }),
  PATCH: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: PatchBody,
    async handle({ scope, query, params, body }) {
      const { id } = await sessionOf(scope, query, params.sessionId ?? "");
      const { generated_title: title, ...flags } = body;
      const session = await updateSession(scope, id, { title: title?.trim(), ...flags });
      return json(await summaryOf(scope, query, session));
    },
  }),
  DELETE: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    async handle({ scope, query, params }) {
      const { id } = await sessionOf(scope, query, params.sessionId ?? "");
      await deleteSession(scope, id);
      return new Response(null, { status: 204 });
    },
  }),
});
