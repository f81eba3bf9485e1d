import { listSignIns } from "@/lib/core/sign-ins";
import { encodeSignIn, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope }) {
      return json({ items: (await listSignIns(scope)).map(encodeSignIn) });
    },
  }),
});
