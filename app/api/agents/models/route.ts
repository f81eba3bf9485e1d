import { julep } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    async handle({ scope }) {
      const models = await scope.models.list(scope.providerKey);
      return json({ models: models.map(({ id }) => ({ id })) });
    },
  }),
});
