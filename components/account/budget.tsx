import type { UsagePage } from "@/lib/pages/page-data.ts";
import { formatNumber } from "../numbers";

type Limits = UsagePage["limits"];
type Standing = NonNullable<Limits["account"]>;
type Share = UsagePage["shares"]["kinds"][number];

/** Where the tokens of today stand in each limit, as a bar and in words. */
export function Today({ limits, today }: { limits: Limits; today: number }) {
  const { account, server, is_server_open, bots } = limits;
  return (
    <>
      {account ? (
        <Meter title="This account" standing={account} />
      ) : (
        <p className="budget-text">
          <b>This account</b> {formatNumber(today)} {today === 1 ? "token" : "tokens"} today, no limit.
        </p>
      )}
      {bots.map(({ id, name, standing }) => (
        <Meter key={id} title={`Visitors of ${name ?? "a bot that is gone"}`} standing={standing} />
      ))}
      {server && <Meter title="The whole server" standing={server} />}
      {is_server_open && (
        <p className="field-note">
          The server has no limit of its own. Set <code>SERVER_TOKENS_PER_DAY</code>, and nobody can use more than you
          mean to pay for.
        </p>
      )}
    </>
  );
}

/** So much of a limit is told of as a warning: the log has it too. */
const WARN_AT = 0.8;

function Meter({ title, standing }: { title: string; standing: Standing | null }) {
  if (standing === null) return null;
  const { used, limit, reset_seconds } = standing;
  const part = Math.min(1, used / limit);
  const isFull = used >= limit;
  const state = isFull ? "full" : part >= WARN_AT ? "warn" : "fine";
  const percent = `${Math.floor(part * 100)} %`;
  const text = `${formatNumber(used)} of ${formatNumber(limit)} tokens, ${percent}`;
  return (
    <div className="budget-meter" data-state={state}>
      <p className="budget-text">
        <b>{title}</b> {text}
        {state !== "fine" && <strong> {isFull ? "Used up." : "Nearly used up."}</strong>}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: each browser draws a meter element in its own way. */}
      <div
        className="budget-bar"
        role="meter"
        aria-label={`Tokens of the day: ${title}`}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={text}
      >
        <svg width={`${part * 100}%`} height="100%" />
      </div>
      <p className="budget-reset">{used > 0 ? `Begins anew ${inTime(reset_seconds)}.` : "Nothing used yet."}</p>
    </div>
  );
}

function inTime(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  if (hours >= 1) return `in about ${hours} ${hours === 1 ? "hour" : "hours"}`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  return `in ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

const KINDS: Readonly<Record<string, string>> = {
  turn: "Answers",
  title: "Titles",
  summary: "Summaries",
  embedding: "Embeddings",
};

/** Who and what used the tokens of the last days: a table for each way to part them that has a row. */
export function Shares({ shares }: { shares: UsagePage["shares"] }) {
  const { kinds, keys, bots, end_users, accounts } = shares;
  const parts: readonly (readonly [string, readonly Share[], (share: Share) => string])[] = [
    ["Account", accounts ?? [], ({ id, name }) => name ?? id],
    ["Kind of call", kinds, ({ id }) => KINDS[id] ?? id],
    ["API key", keys, ({ name }) => name ?? "A key that is gone"],
    ["Visitors of bot", bots, ({ name }) => name ?? "A bot that is gone"],
    ["End user", end_users, ({ name, id }) => name ?? id],
  ];
  const known = parts.filter(([, items]) => items.length > 0);
  if (known.length === 0) return <p className="account-empty">Nothing was used yet. What is used is listed here.</p>;
  return known.map(([title, items, nameOf]) => <ShareTable key={title} title={title} items={items} nameOf={nameOf} />);
}

function ShareTable({
  title,
  items,
  nameOf,
}: {
  title: string;
  items: readonly Share[];
  nameOf: (share: Share) => string;
}) {
  const most = Math.max(1, ...items.map(({ tokens }) => tokens));
  return (
    <table className="account-table budget-shares" data-numbers>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">Calls</th>
          <th scope="col">Tokens</th>
        </tr>
      </thead>
      <tbody>
        {items.map((share) => (
          <tr key={share.id}>
            <th scope="row">
              <bdi>{nameOf(share)}</bdi>
              <span className="budget-bar" aria-hidden="true">
                <svg width={`${(share.tokens / most) * 100}%`} height="100%" />
              </span>
            </th>
            <td>{formatNumber(share.calls)}</td>
            <td>{formatNumber(share.tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
