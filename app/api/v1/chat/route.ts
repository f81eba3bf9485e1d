import { createSession, listSessions } from "@/lib/core/sessions";
import {
  CreateBody,
  decodeCursor,
  encodeCursor,
  encodePage,
  ListQuery,
  llamacloud,
  projectOf,
  ScopeQuery,
} from "@/lib/dialects/llamacloud";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { summaryOf } from "@/lib/routes/llamacloud-session";

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 100;

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: ListQuery,
    async handle({ scope, query }) {
      const projectId = query.all_projects ? null : await projectOf(scope, query);
      const size = Math.min(query.page_size || DEFAULT_PAGE, LARGEST_PAGE);
      const after = query.page_token ? decodeCursor(query.page_token, projectId) : null;
      // One more than the page holds tells whether there is another.
      const found = await listSessions(scope, {
        projectId,
        after,
        archived: query.archived ?? null,
        // A person looks for what was said; a program finds what it has made.
        withEmpty: scope.via !== "cookie",
        titlePart: query.title,
        limit: size + 1,
      });
      const page = found.slice(0, size);
      const last = page.at(-1);
      const token = found.length > size && last ? encodeCursor(last, projectId) : null;
      return json(encodePage(page, token, query.details ?? false));
    },
  }),
  POST: endpoint({
    surface: llamacloud,
    query: ScopeQuery,
    body: CreateBody,
    absentBody: {},
    async handle({ scope, query, body }) {
      const session = await createSession(scope, (scope.via === "cookie" ? web : llamacloud).name, {
        projectId: await projectOf(scope, query),
        indexIds: [...new Set(body.index_ids ?? [])],
        contextOverflow: "truncate",
        sharedAccess: body.shared_access ?? "read_only",
      });
      return json(await summaryOf(scope, query, session));
    },
  }),
});
