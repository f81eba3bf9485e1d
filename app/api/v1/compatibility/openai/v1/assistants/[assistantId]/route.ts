import { deleteAgent, getAgent, patchAgent } from "@/lib/core/agents";
import { getIndex, withIndex } from "@/lib/core/indexes";
import {
  AssistantBody,
  agentModel,
  assistants,
  decodeAssistantPatch,
  encodeAssistant,
} from "@/lib/dialects/assistants";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(assistants, {
  GET: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const agent = await getAgent(scope, params.assistantId ?? "");
      return Response.json(encodeAssistant(agent, agentModel(agent, scope.models.defaultModel)));
    },
  }),
  POST: endpoint({
    surface: assistants,
    body: AssistantBody,
    async handle({ scope, params, body }) {
      const { id } = await getAgent(scope, params.assistantId ?? "");
      // Before anything is changed.
      if (body.index_id != null) await getIndex(scope, null, body.index_id);
      const patched = await patchAgent(scope, id, (now) => decodeAssistantPatch(body, now));
      const agent = await withIndex(scope, patched, body.index_id);
      return Response.json(encodeAssistant(agent, agentModel(agent, scope.models.defaultModel)));
    },
  }),
  DELETE: endpoint({
    surface: assistants,
    async handle({ scope, params }) {
      const { id } = await getAgent(scope, params.assistantId ?? "");
      await deleteAgent(scope, id);
      return Response.json({ id, object: "assistant.deleted", deleted: true });
    },
  }),
});
