import { getSession } from "@/lib/core/sessions";
import { getOutline } from "@/lib/core/turn/history";
import { encodeOutline, OutlineQuery, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

const PAGE = 500;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: OutlineQuery,
    async handle({ scope, query: { from }, params }) {
      const { id } = await getSession(scope, params.sessionId ?? "");
      const place = { branchId: from?.branchId ?? null, from: from?.position ?? 0, limit: PAGE };
      const { items, next } = await getOutline(scope, id, place);
      return json(encodeOutline(items, next));
    },
  }),
});
