import { checkPerson } from "@/lib/core/accounts";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { connectingCookie } from "@/lib/sign-in/connecting";
import { withCookies } from "@/lib/sign-in/signed-in";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  // The next sign-in with a provider in this browser is one more way into the account.
  POST: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope, parley }) {
      await checkPerson(scope);
      const cookie = await connectingCookie(parley, scope.signInId ?? "");
      return withCookies(new Response(null, { status: 204 }), [cookie]);
    },
  }),
});
