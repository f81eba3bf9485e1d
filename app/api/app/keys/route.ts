import { createApiKey, listApiKeys } from "@/lib/core/api-keys";
import { encodeApiKey, web } from "@/lib/dialects/web";
import { ApiKeyBody, decodeApiKey } from "@/lib/dialects/web/new-key";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { hashKey, keyHint, newKey } from "@/lib/server/keys";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope }) {
      return json({ items: (await listApiKeys(scope)).map(encodeApiKey) });
    },
  }),
  // The one answer that tells a key's text.
  POST: endpoint({
    surface: web,
    credentials: "cookie",
    body: ApiKeyBody,
    async handle({ scope, body }) {
      const key = newKey();
      const made = await createApiKey(scope, decodeApiKey(body, Date.now()), {
        hash: hashKey(key),
        hint: keyHint(key),
      });
      return json({ ...encodeApiKey(made), key }, { status: 201 });
    },
  }),
});
