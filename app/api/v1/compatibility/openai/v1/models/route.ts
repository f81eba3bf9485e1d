import { assistants, encodeModel, encodeModels } from "@/lib/dialects/assistants";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    async handle({ scope }) {
      const models = await scope.models.list(scope.providerKey);
      return json(encodeModels(models.map(({ id }) => encodeModel(id, null))));
    },
  }),
});
