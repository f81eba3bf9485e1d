import { deleteUser, getUser, patchUser, replaceUser, saveUser } from "@/lib/core/users";
import {
  decodeUser,
  decodeUserPatch,
  encodeDeleted,
  encodeUser,
  julep,
  pathId,
  UserBody,
  UserPatch,
} from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const user = await getUser(scope, pathId(params.userId, "user_id"));
      return json(encodeUser(user));
    },
  }),
  POST: endpoint({
    surface: julep,
    body: UserBody,
    async handle({ scope, params, body }) {
      const user = await saveUser(scope, pathId(params.userId, "user_id"), decodeUser(body));
      return json(encodeUser(user), { status: 201 });
    },
  }),
  PUT: endpoint({
    surface: julep,
    body: UserBody,
    async handle({ scope, params, body }) {
      const user = await replaceUser(scope, pathId(params.userId, "user_id"), decodeUser(body));
      return json(encodeUser(user));
    },
  }),
  PATCH: endpoint({
    surface: julep,
    body: UserPatch,
    async handle({ scope, params, body }) {
      const user = await patchUser(scope, pathId(params.userId, "user_id"), decodeUserPatch(body));
      return json(encodeUser(user));
    },
  }),
  DELETE: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      const id = pathId(params.userId, "user_id");
      await deleteUser(scope, id);
      return json(encodeDeleted(id), { status: 202 });
    },
  }),
});
