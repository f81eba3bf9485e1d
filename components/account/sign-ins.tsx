"use client";

import { useRouter } from "next/navigation";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { AccountPage } from "@/lib/pages/page-data.ts";
import { isProblem } from "../api";
import { leave } from "../sign-in/leave";
import { formatAgo, formatDay } from "../time";
import { notify } from "../ui/notify";
import { endSignIn, signOutEverywhere } from "./requests";

type SignInView = AccountPage["signIns"][number];

/** The browsers in which somebody is signed in to the account, each of which can be signed out. */
export function SignIns({ signIns }: { signIns: readonly SignInView[] }) {
  const router = useRouter();
  const list = useRef<HTMLUListElement>(null);
  // Times are told against the moment the page came alive, which is the same for all rows.
  const [nowMs, setNowMs] = useState<number | null>(null);
  useEffect(() => setNowMs(Date.now()), []);
  const [isBusy, setIsBusy] = useState(false);

  async function end(work: () => Promise<unknown>, done: string) {
    if (isBusy) return;
    setIsBusy(true);
    try {
      await work();
      void notify({ text: done });
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "Nobody was signed out. Try again." });
    } finally {
      setIsBusy(false);
      // The row with the button goes, or says now that it has gone already.
      list.current?.focus();
      router.refresh();
    }
  }

  return (
    <div className="sign-ins">
      <SignInList list={list} signIns={signIns} nowMs={nowMs} isBusy={isBusy} onEnd={end} />
      {signIns.length > 1 && (
        <button
          type="button"
          className="button"
          data-kind="quiet"
          aria-disabled={isBusy}
          onClick={() => end(signOutEverywhere, "Every other browser is signed out.")}
        >
          Sign out everywhere else
        </button>
      )}
    </div>
  );
}

type SignInListProps = {
  readonly list: RefObject<HTMLUListElement | null>;
  readonly signIns: readonly SignInView[];
  readonly nowMs: number | null;
  readonly isBusy: boolean;
  readonly onEnd: (work: () => Promise<unknown>, done: string) => void;
};

function SignInList({ list, signIns, nowMs, isBusy, onEnd }: SignInListProps) {
  return (
    <ul ref={list} className="connections" aria-label="Signed in" tabIndex={-1}>
      {signIns.map(({ id, browser, created_at, seen_at, is_this }) => (
        <li key={id}>
          <span>
            {browser}
            {is_this && <b className="sign-in-this">This browser</b>}
            <span className="field-note">
              Signed in {formatDay(created_at)}, {is_this ? "seen now" : `seen ${formatAgo(seen_at, nowMs)}`}
            </span>
          </span>
          <button
            type="button"
            className="text-button"
            aria-disabled={isBusy}
            onClick={() => (is_this ? leave() : onEnd(() => endSignIn(id), `${browser} is signed out.`))}
          >
            Sign out
            <span className="sr-only">
              {is_this ? " of this browser" : ` ${browser}, signed in ${formatDay(created_at)}`}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
