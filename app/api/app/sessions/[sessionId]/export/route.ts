import { lineOfSession, partsOfSession } from "@/lib/core/export";
import { getSession } from "@/lib/core/sessions";
import { ExportQuery, sessionJson, sessionMarkdown, web } from "@/lib/dialects/web";
import { savedName } from "@/lib/domain/file";
import { madeFile } from "@/lib/http/download";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: ExportQuery,
    async handle({ scope, params, query }) {
      const session = await getSession(scope, params.sessionId ?? "");
      const [title, now] = [session.title ?? "New session", new Date()];
      if (query.format === "markdown") {
        const file = { name: savedName(title, "md"), mediaType: "text/markdown; charset=utf-8" };
        return madeFile(file, sessionMarkdown(session, lineOfSession(scope, session), now), scope.isStillIn);
      }
      const file = { name: savedName(title, "json"), mediaType: "application/json" };
      return madeFile(file, sessionJson(session, partsOfSession(scope, session), now), scope.isStillIn);
    },
  }),
});
