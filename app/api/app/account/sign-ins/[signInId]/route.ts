import { endSignIn } from "@/lib/core/sign-ins";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { forgetCallers } from "@/lib/sign-in/authenticate";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  DELETE: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope, parley, params }) {
      await endSignIn(scope, params.signInId ?? "");
      // What this process remembers of callers; others forget within seconds.
      forgetCallers(parley);
      return new Response(null, { status: 204 });
    },
  }),
});
