import { assistants, encodeModel } from "@/lib/dialects/assistants";
import { notFound } from "@/lib/domain/errors";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

// Names of models may hold slashes.
export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const models = await scope.models.list(scope.providerKey);
      const model = models.find(({ id }) => id === params.model);
      if (!model) throw notFound("model", params.model);
      return json(encodeModel(model.id, null));
    },
  }),
});
