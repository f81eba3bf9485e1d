import { forksBeside } from "@/lib/core/branches";
import { getSession } from "@/lib/core/sessions";
import { getWindow, getWindowFrom } from "@/lib/core/turn/history";
import { encodeWindow, TurnsQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { summaryOf } from "@/lib/routes/llamacloud-session";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: TurnsQuery,
    async handle({ scope, query, params }) {
      const session = await getSession(scope, params.sessionId ?? "");
      const { before, from, limit: turns } = query;
      const window = from
        ? await getWindowFrom(scope, session.id, { branchId: from.branchId, from: from.position, turns })
        : await getWindow(scope, session.id, {
            branchId: before?.branchId ?? null,
            before: before?.position ?? null,
            turns,
          });
      const forks = await forksBeside(scope, session, window);
      return json(encodeWindow(await summaryOf(scope, { details: true }, session), window, forks));
    },
  }),
});
