import { summariseSession } from "@/lib/core/sessions";
import { encodeSummary } from "@/lib/dialects/llamacloud";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    async handle({ scope, params }) {
      const session = await summariseSession(scope, params.sessionId ?? "");
      return json(encodeSummary(session, { agent: null, running: null }).summary);
    },
  }),
});
