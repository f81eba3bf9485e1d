import { disconnectIdentity } from "@/lib/core/accounts";
import { web } from "@/lib/dialects/web";
import { notFound } from "@/lib/domain/errors";
import { endpoint, routes } from "@/lib/http/endpoint";
import { providerOf } from "@/lib/http/vouchers";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  // Who vouches for the person is named as in the settings: github, google or oidc.
  DELETE: endpoint({
    surface: web,
    credentials: "key-or-cookie",
    async handle({ scope, parley, params }) {
      const provider = providerOf(parley, params.kind ?? "");
      if (provider === null) throw notFound("identity");
      await disconnectIdentity(scope, provider);
      return new Response(null, { status: 204 });
    },
  }),
});
