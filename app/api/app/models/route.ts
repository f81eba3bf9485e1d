import { encodeModels, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    async handle({ scope }) {
      const { models } = scope;
      const known = await models.list(scope.providerKey);
      return json(encodeModels(known, models.defaultModel, (await models.unlisted?.()) ?? []));
    },
  }),
});
