import { searchMessages } from "@/lib/core/search/search-messages";
import { encodeSearch, SearchBody, web } from "@/lib/dialects/web";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  POST: endpoint({
    surface: web,
    body: SearchBody,
    isReading: true,
    async handle({ scope, body: { query, session_id, archived } }) {
      const asked = { text: query, sessionId: session_id ?? null, withArchived: archived };
      return json(encodeSearch(await searchMessages(scope, asked)));
    },
  }),
});
