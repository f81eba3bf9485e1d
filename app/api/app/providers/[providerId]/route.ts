import { changeProvider, removeProvider } from "@/lib/core/model-providers";
import { decodeProviderPatch, encodeProvider, ProviderPatch, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  PATCH: endpoint({
    surface: web,
    credentials: "cookie",
    body: ProviderPatch,
    async handle({ scope, params, body }) {
      const { provider, models } = await changeProvider(scope, params.providerId ?? "", decodeProviderPatch(body));
      return json({ ...encodeProvider(provider), models });
    },
  }),
  DELETE: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope, params }) {
      await removeProvider(scope, params.providerId ?? "");
      return new Response(null, { status: 204 });
    },
  }),
});
