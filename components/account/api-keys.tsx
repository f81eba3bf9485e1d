"use client";

import { Copy, Plus } from "lucide";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { isProblem } from "../api";
import { copyText } from "../conversation/copy";
import { formatAgo, formatDay } from "../time";
import { AskFirst } from "../ui/ask-first";
import { Icon } from "../ui/icon";
import { notify } from "../ui/notify";
import { NewKey } from "./new-key";
import type { PublishedApi } from "./published-api";
import { type ApiKey, revokeKey } from "./requests";

/** The account's keys: made, copied once, revoked in their row. */
export function ApiKeys({ initial, apis }: { initial: readonly ApiKey[]; apis: readonly PublishedApi[] }) {
  // Pages that the router holds, to go back to, have the keys of before.
  const router = useRouter();
  const [keys, setKeys] = useState(initial);
  const [fresh, setFresh] = useState<string | null>(null);
  const [isMaking, setIsMaking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  // Times are told against the moment the page came alive, which is the same for all rows.
  const [nowMs, setNowMs] = useState<number | null>(null);
  useEffect(() => setNowMs(Date.now()), []);

  function close() {
    setIsMaking(false);
    // The button is drawn again by the same update.
    requestAnimationFrame(() => opener.current?.focus());
  }

  async function revoke(key: ApiKey) {
    try {
      await revokeKey(key.id);
      setKeys((all) => all.filter((one) => one.id !== key.id));
      router.refresh();
      void notify({ text: `“${key.name}” is revoked.` });
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The key was not revoked. Try again." });
    }
  }

  return (
    <>
      {fresh !== null && <FreshKey text={fresh} />}
      {keys.length === 0 ? (
        <p className="account-empty">No keys yet.</p>
      ) : (
        <table className="account-table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Key</th>
              <th scope="col">May</th>
              <th scope="col">Made</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span className="sr-only">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <KeyRow key={key.id} apiKey={key} apis={apis} nowMs={nowMs} onRevoke={() => revoke(key)} />
            ))}
          </tbody>
        </table>
      )}
      {isMaking ? (
        <NewKey
          apis={apis}
          onMade={({ key: text, ...made }) => {
            setKeys((all) => [made, ...all]);
            setFresh(text);
            close();
            router.refresh();
          }}
          onLeave={close}
        />
      ) : (
        <button ref={opener} type="button" className="button account-new" onClick={() => setIsMaking(true)}>
          <Icon of={Plus} size={16} />
          New key
        </button>
      )}
    </>
  );
}

function FreshKey({ text }: { text: string }) {
  const copy = useRef<HTMLButtonElement>(null);
  return (
    <div className="fresh-key" role="status">
      <p className="fresh-key-lead">Copy this key now. It is not shown again.</p>
      <div className="fresh-key-line">
        <code>{text}</code>
        <button
          ref={copy}
          type="button"
          className="button"
          data-kind="primary"
          onClick={() => copyText(text, "The key is copied")}
        >
          <Icon of={Copy} size={15} />
          Copy
        </button>
      </div>
    </div>
  );
}

type KeyRowProps = {
  readonly apiKey: ApiKey;
  readonly apis: readonly PublishedApi[];
  readonly nowMs: number | null;
  readonly onRevoke: () => void;
};

function KeyRow({ apiKey, apis, nowMs, onRevoke }: KeyRowProps) {
  const [isAsking, setIsAsking] = useState(false);
  const isOver = apiKey.expires_at !== null && nowMs !== null && Date.parse(apiKey.expires_at) < nowMs;
  if (isAsking) {
    return (
      <tr>
        <td colSpan={6}>
          <AskFirst label="Revoke" onDo={onRevoke} onKeep={() => setIsAsking(false)}>
            Revoke “<bdi>{apiKey.name}</bdi>”? What uses it stops working at once.
          </AskFirst>
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row" dir="auto">
        {apiKey.name}
      </th>
      <td data-label="Key">
        <code>{apiKey.hint}</code>
      </td>
      <td data-label="May">{isOver ? "Has expired" : limits(apiKey, apis)}</td>
      <td data-label="Made">{formatDay(apiKey.created_at)}</td>
      <td data-label="Last used">{apiKey.last_used_at === null ? "never" : formatAgo(apiKey.last_used_at, nowMs)}</td>
      <td className="key-revoke">
        <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
          Revoke<span className="sr-only"> {apiKey.name}</span>
        </button>
      </td>
    </tr>
  );
}

/** What a key may do, in a few words. */
function limits({ scopes, agent_id, expires_at }: ApiKey, apis: readonly PublishedApi[]): string {
  const isReader = scopes.includes("read-only");
  const through = apis.filter(({ name }) => scopes.includes(name)).map(({ label }) => label);
  const inAccount = `${isReader ? "Read" : "Read and write"}${through.length > 0 ? ` ${through.join(", ")}` : ""}`;
  const ofAgent = isReader ? "Read one agent" : scopes.includes("edit") ? "Ask and edit one agent" : "Ask one agent";
  const does = agent_id === null ? inAccount : ofAgent;
  return `${does}${expires_at === null ? "" : ` until ${formatDay(expires_at)}`}`;
}
