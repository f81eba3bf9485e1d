import { createSession, listSessionsByOffset } from "@/lib/core/sessions";
import {
  CreateSessionBody,
  decodePage,
  decodeParticipants,
  decodeSession,
  encodeSession,
  julep,
  ListQuery,
} from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: ListQuery,
    async handle({ scope, query }) {
      const items = await listSessionsByOffset(scope, decodePage(query));
      return json({ items: items.map(encodeSession) });
    },
  }),
  POST: endpoint({
    surface: julep,
    body: CreateSessionBody,
    async handle({ scope, body }) {
      const chosen = { ...decodeParticipants(body), ...decodeSession(body) };
      return json(encodeSession(await createSession(scope, "julep", chosen)), { status: 201 });
    },
  }),
});
