import { partsOfAccount, partsOfSession } from "@/lib/core/export";
import { accountLines, web } from "@/lib/dialects/web";
import { madeFile } from "@/lib/http/download";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(web, {
  GET: endpoint({
    surface: web,
    credentials: "cookie",
    async handle({ scope }) {
      const now = new Date();
      const name = `parley-${now.toISOString().slice(0, 10)}.ndjson`;
      const texts = accountLines(
        { id: scope.accountId },
        partsOfAccount(scope),
        (one) => partsOfSession(scope, one),
        now,
      );
      return madeFile({ name, mediaType: "application/x-ndjson" }, texts, scope.isStillIn);
    },
  }),
});
