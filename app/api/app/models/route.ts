import { encodeModels, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope }) {
      const known = await scope.models.list(scope.providerKey);
      return Response.json(encodeModels(known, scope.models.defaultModel));
    },
  }),
});
