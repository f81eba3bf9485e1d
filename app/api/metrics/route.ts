import { web } from "@/lib/dialects/web";
import { ChatError } from "@/lib/domain/errors";
import { endpoint, routes } from "@/lib/http/endpoint";
import { prometheusText } from "@/lib/server/telemetry";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    credentials: "key",
    async handle({ scope, parley }) {
      if (scope.accountId !== parley.ownerId) {
        throw new ChatError("forbidden", "Metrics are for the server's owner");
      }
      const text = await prometheusText();
      if (text === null) throw new ChatError("draining", "Metrics are not collected yet", { retryAfterSeconds: 1 });
      return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } });
    },
  }),
});
