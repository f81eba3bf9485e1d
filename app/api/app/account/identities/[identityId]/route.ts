import { disconnectIdentity } from "@/lib/core/accounts";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { providerOf } from "@/lib/sign-in/identities";
import { stillSignedIn } from "@/lib/sign-in/signed-in";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  DELETE: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope, parley, params, request }) {
      const providers = parley.settings.vouchers.map(providerOf);
      const tokenVersion = await disconnectIdentity(scope, params.identityId ?? "", providers);
      return stillSignedIn(parley, request, scope, tokenVersion);
    },
  }),
});
