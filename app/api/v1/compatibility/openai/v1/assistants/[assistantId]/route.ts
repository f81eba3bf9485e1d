import { deleteAgent, getAgent, patchAgent } from "@/lib/core/agents";
import {
  AssistantBody,
  agentModel,
  assistants,
  decodeAssistantPatch,
  encodeAssistant,
} from "@/lib/dialects/assistants";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const agent = await getAgent(scope, params.assistantId ?? "");
      return json(encodeAssistant(agent, agentModel(agent, scope.models.defaultModel)));
    },
  }),
  POST: endpoint({
    surface: assistants,
    body: AssistantBody,
    async handle({ scope, params, body }) {
      const { id, indexIds } = await getAgent(scope, params.assistantId ?? "");
      const agent = await patchAgent(scope, id, (now) => decodeAssistantPatch(body, now, indexIds[0] ?? null));
      return json(encodeAssistant(agent, agentModel(agent, scope.models.defaultModel)));
    },
  }),
  DELETE: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const { id } = await getAgent(scope, params.assistantId ?? "");
      await deleteAgent(scope, id);
      return json({ id, object: "assistant.deleted", deleted: true });
    },
  }),
});
