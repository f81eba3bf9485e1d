import { revokeApiKey } from "@/lib/core/api-keys";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { forgetCallers } from "@/lib/sign-in/authenticate";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  DELETE: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope, parley, params }) {
      await revokeApiKey(scope, params.keyId ?? "");
      // What this process remembers of callers; others forget within seconds.
      forgetCallers(parley);
      return new Response(null, { status: 204 });
    },
  }),
});
