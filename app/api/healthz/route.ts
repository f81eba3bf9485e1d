import { julep } from "@/lib/dialects/julep";
import { openEndpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: openEndpoint({ surface: julep, handle: async () => Response.json({ status: "ok" }) }),
});
