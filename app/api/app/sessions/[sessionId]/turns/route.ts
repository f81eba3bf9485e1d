import { getSession } from "@/lib/core/sessions";
import { getWindow } from "@/lib/core/turn/history";
import { encodeWindow, TurnsQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { summaryOf } from "@/lib/routes/llamacloud-session";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: TurnsQuery,
    async handle({ scope, query, params }) {
      const session = await getSession(scope, params.sessionId ?? "");
      const { before, limit: turns } = query;
      const place = { branchId: before?.branchId ?? null, before: before?.position ?? null, turns };
      const window = await getWindow(scope, session.id, place);
      return Response.json(encodeWindow(await summaryOf(scope, { details: true }, session), window));
    },
  }),
});
