import { disconnectIdentity } from "@/lib/core/accounts";
import { web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { providerOf } from "@/lib/sign-in/identities";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  DELETE: endpoint({
    surface: web,
    credentials: "key-or-cookie",
    async handle({ scope, parley, params }) {
      const providers = parley.settings.vouchers.map(providerOf);
      await disconnectIdentity(scope, params.identityId ?? "", providers);
      return new Response(null, { status: 204 });
    },
  }),
});
