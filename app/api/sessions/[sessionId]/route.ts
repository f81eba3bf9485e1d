import { patchSession, saveSession, setSession } from "@/lib/core/session-settings";
import { deleteSession, getSession } from "@/lib/core/sessions";
import {
  CreateSessionBody,
  decodeParticipants,
  decodeSession,
  decodeSessionPatch,
  encodeDeleted,
  encodeSession,
  julep,
  pathId,
  SessionBody,
  SessionPatch,
} from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const session = await getSession(scope, pathId(params.sessionId, "session_id"));
      return json(encodeSession(session));
    },
  }),
  POST: endpoint({
    surface: julep,
    body: CreateSessionBody,
    async handle({ scope, params, body }) {
      const id = pathId(params.sessionId, "session_id");
      const session = await saveSession(scope, "julep", id, decodeSession(body), decodeParticipants(body));
      return json(encodeSession(session), { status: 201 });
    },
  }),
  PUT: endpoint({
    surface: julep,
    body: SessionBody,
    async handle({ scope, params, body }) {
      const { id } = await getSession(scope, pathId(params.sessionId, "session_id"));
      return json(encodeSession(await setSession(scope, id, decodeSession(body))));
    },
  }),
  PATCH: endpoint({
    surface: julep,
    body: SessionPatch,
    async handle({ scope, params, body }) {
      const id = pathId(params.sessionId, "session_id");
      return json(encodeSession(await patchSession(scope, id, (now) => decodeSessionPatch(body, now))));
    },
  }),
  DELETE: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const id = pathId(params.sessionId, "session_id");
      await deleteSession(scope, id);
      return json(encodeDeleted(id), { status: 202 });
    },
  }),
});
