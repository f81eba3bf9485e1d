import { createUser, listUsers } from "@/lib/core/users";
import { decodePage, decodeUser, encodeUser, julep, ListQuery, UserBody } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    query: ListQuery,
    async handle({ scope, query }) {
      const items = await listUsers(scope, decodePage(query));
      return json({ items: items.map(encodeUser) });
    },
  }),
  POST: endpoint({
    surface: julep,
    body: UserBody,
    async handle({ scope, body }) {
      const user = await createUser(scope, decodeUser(body));
      return json(encodeUser(user), { status: 201 });
    },
  }),
});
