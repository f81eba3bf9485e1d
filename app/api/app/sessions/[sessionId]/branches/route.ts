import { activateBranch, listBranches } from "@/lib/core/branches";
import { BranchBody, BranchesQuery, encodeBranches, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    query: BranchesQuery,
    async handle({ scope, params, query }) {
      return json(encodeBranches(await listBranches(scope, params.sessionId ?? "", query)));
    },
  }),
  POST: endpoint({
    surface: web,
    query: BranchesQuery,
    body: BranchBody,
    async handle({ scope, params, query, body }) {
      const sessionId = params.sessionId ?? "";
      await activateBranch(scope, sessionId, body.branch_id);
      return json(encodeBranches(await listBranches(scope, sessionId, query)));
    },
  }),
});
