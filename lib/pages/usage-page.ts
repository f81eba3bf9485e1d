import type { Scope } from "../core/scope.ts";
import { dailyUsage, usageShares } from "../core/usage.ts";
import { encodeShares, encodeStanding, encodeUsage } from "../dialects/web/encode.ts";
import type { Parley } from "../server/parley.ts";

/**
 * What an account used: by day, today last; where it stands in the limits of today; and who used it. The server's owner
 * is told of the whole server too.
 */
export async function usagePage({ limits, settings, usageBook }: Parley, scope: Scope, days: number) {
  // Who looks has often just asked something. What other instances have noted comes within seconds.
  await usageBook.flush();
  const [items, shares, account] = await Promise.all([
    dailyUsage(scope, days, Date.now()),
    usageShares(scope, days),
    limits.standing({ accountId: scope.accountId }),
  ]);
  const isOwner = shares.accounts !== null;
  const bots = await Promise.all(
    shares.bots.map(async ({ id, name }) => ({ id, name, standing: await limits.standing({ botId: id }) })),
  );
  return {
    items: items.map(encodeUsage),
    shares: encodeShares(shares),
    limits: {
      account: encodeStanding(account),
      server: isOwner ? encodeStanding(await limits.standing("server")) : null,
      /** Whether nobody has set a limit for the whole server; null for all but its owner. */
      is_server_open: isOwner ? settings.serverTokensPerDay === undefined : null,
      bots: bots.flatMap(({ id, name, standing }) =>
        standing === null ? [] : [{ id, name, standing: encodeStanding(standing) }],
      ),
    },
  };
}

export type UsagePage = Awaited<ReturnType<typeof usagePage>>;
