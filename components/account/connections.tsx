"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { AccountPage } from "@/lib/http/page-data.ts";
import { disconnect, isProblem } from "../api";
import { VoucherButtons } from "../sign-in/vouchers";
import { AskFirst } from "../ui/ask-first";
import { notify } from "../ui/notify";

/** Who else vouches for the person, and who could. */
export function Connections({ vouchers }: Pick<AccountPage, "vouchers">) {
  const connected = vouchers.filter(({ label }) => label !== null);
  const others = vouchers.filter(({ label }) => label === null);
  return (
    <>
      {connected.length > 0 && (
        <ul className="connections" aria-label="Connected with">
          {connected.map((voucher) => (
            <Connection key={voucher.kind} {...voucher} />
          ))}
        </ul>
      )}
      {others.length > 0 && <VoucherButtons vouchers={others} verb="Connect" returnTo={() => "/account"} />}
    </>
  );
}

function Connection({ kind, name, label }: AccountPage["vouchers"][number]) {
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);

  async function end() {
    setIsAsking(false);
    try {
      await disconnect(kind);
      void notify({ text: `${name} no longer signs you in.` });
      router.refresh();
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : `${name} was not disconnected. Try again.` });
    }
  }

  if (isAsking) {
    return (
      <li>
        <AskFirst label="Disconnect" onDo={end} onKeep={() => setIsAsking(false)}>
          Disconnect {name}? It then signs nobody in to this account.
        </AskFirst>
      </li>
    );
  }
  return (
    <li>
      <span>
        Connected with {name}
        {label && (
          <>
            {" as "}
            <bdi>{label}</bdi>
          </>
        )}
        .
      </span>
      <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
        Disconnect<span className="sr-only"> {name}</span>
      </button>
    </li>
  );
}
