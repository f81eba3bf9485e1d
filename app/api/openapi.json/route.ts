import { web } from "@/lib/dialects/web";
import { openEndpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { openApiDocument } from "@/lib/http/openapi";
import { publicUrl } from "@/lib/server/settings";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: openEndpoint({
    surface: web,
    async handle({ parley }) {
      const headers = { "cache-control": "public, max-age=300", "access-control-allow-origin": "*" };
      return json(await openApiDocument(publicUrl(parley.settings)), { headers });
    },
  }),
});
