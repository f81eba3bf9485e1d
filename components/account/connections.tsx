"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { AccountPage, IdentityView } from "@/lib/pages/page-data.ts";
import { isProblem } from "../api";
import { VoucherButtons } from "../sign-in/vouchers";
import { AskFirst } from "../ui/ask-first";
import { notify } from "../ui/notify";
import { disconnect, startConnecting } from "./requests";

/** Who else vouches for the person, and who could. */
export function Connections({ identities, vouchers }: Pick<AccountPage, "identities" | "vouchers">) {
  return (
    <>
      {identities.length > 0 && (
        <ul className="connections" aria-label="Connected with">
          {identities.map((identity) => (
            <Connection key={identity.id} {...identity} />
          ))}
        </ul>
      )}
      {vouchers.length > 0 && (
        <VoucherButtons vouchers={vouchers} verb="Connect" returnTo={() => "/account"} before={startConnecting} />
      )}
    </>
  );
}

function Connection({ id, name, label, isOffered }: IdentityView) {
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);

  async function end() {
    setIsAsking(false);
    try {
      await disconnect(id);
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
        {isOffered ? "." : ", which this server no longer offers."}
      </span>
      <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
        Disconnect<span className="sr-only"> {name}</span>
      </button>
    </li>
  );
}
