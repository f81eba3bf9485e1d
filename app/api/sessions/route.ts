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

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: ListQuery,
    async handle({ scope, query }) {
      const items = await listSessionsByOffset(scope, decodePage(query));
      return Response.json({ items: items.map(encodeSession) });
    },
  }),
  POST: endpoint({
    surface: julep,
    body: CreateSessionBody,
    async handle({ scope, body }) {
      const chosen = { ...decodeParticipants(body), ...decodeSession(body) };
      return Response.json(encodeSession(await createSession(scope, "julep", chosen)), { status: 201 });
    },
  }),
});
