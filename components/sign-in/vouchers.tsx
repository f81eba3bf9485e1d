"use client";

import { useState } from "react";
import type { VoucherView } from "@/lib/pages/page-data.ts";
import { notify } from "../ui/notify";

/** Buttons that sign in with somebody who vouches for a person; the browser leaves for their page. */
export function VoucherButtons({
  vouchers,
  verb,
  returnTo,
  before,
}: {
  vouchers: readonly VoucherView[];
  verb: "Continue with" | "Connect";
  returnTo: () => string;
  /** What is to be done before the browser leaves. */
  before?: () => Promise<unknown>;
}) {
  const [leavingFor, setLeavingFor] = useState<string | null>(null);

  async function leave({ kind, name }: VoucherView) {
    if (leavingFor !== null) return;
    setLeavingFor(kind);
    try {
      await before?.();
      const { signIn } = await import("next-auth/react");
      await signIn(kind, { callbackUrl: returnTo() });
    } catch {
      setLeavingFor(null);
      void notify({ text: `${name} could not be reached. Try again.` });
    }
  }

  return (
    <div className="vouchers">
      {vouchers.map((voucher) => (
        <button
          key={voucher.kind}
          type="button"
          className="button"
          data-kind="quiet"
          aria-disabled={leavingFor !== null}
          onClick={() => leave(voucher)}
        >
          {verb} {voucher.name}
        </button>
      ))}
    </div>
  );
}
