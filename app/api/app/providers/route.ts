import { addProvider, listProviders, mayAddProviders } from "@/lib/core/model-providers";
import { decodeProvider, encodeProvider, ProviderBody, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope }) {
      const items = (await listProviders(scope)).map(encodeProvider);
      return json({ items, may_add: await mayAddProviders(scope) });
    },
  }),
  POST: endpoint({
    surface: web,
    credentials: "cookie",
    body: ProviderBody,
    async handle({ scope, body }) {
      const { provider, models } = await addProvider(scope, decodeProvider(body));
      return json({ ...encodeProvider(provider), models }, { status: 201 });
    },
  }),
});
