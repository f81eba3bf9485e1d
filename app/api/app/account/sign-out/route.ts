import { signOutEverywhere } from "@/lib/core/accounts";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { stillSignedIn } from "@/lib/sign-in/signed-in";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  // Signs every browser of the account out but the one that asks.
  POST: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope, parley, request }) {
      return stillSignedIn(parley, request, scope, await signOutEverywhere(scope));
    },
  }),
});
