import { sweep } from "@/lib/core/tidy";
import { web } from "@/lib/dialects/web";
import { ChatError } from "@/lib/domain/errors";
import { openEndpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";
import { isSecret } from "@/lib/server/keys";

/**
 * What a server does from time to time, done once: for hosts whose timers do not come. Vercel asks for it as
 * vercel.json says, with CRON_SECRET; whoever holds that may ask too.
 */
export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: openEndpoint({
    surface: web,
    admit({ parley, request }) {
      const { cronSecret } = parley.settings;
      if (cronSecret === undefined) throw new ChatError("not-found", "Not Found");
      const given = request.headers.get("authorization") ?? "";
      if (!isSecret(given, `Bearer ${cronSecret}`)) throw new ChatError("unauthenticated", "Invalid cron secret");
    },
    async handle({ parley }) {
      const takenOver = await sweep(parley.ports);
      await parley.usageBook.flush();
      return json({ taken_over: takenOver });
    },
  }),
});
