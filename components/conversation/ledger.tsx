"use client";

import { Wrench } from "lucide";
import type { ReactNode } from "react";
import { formatDuration } from "../time";
import { LedgerRow } from "./ledger-row";
import { ReasoningRow } from "./reasoning-row";
import { type LedgerItem, ledgerEntries } from "./segments";
import { ToolRow } from "./tool-row";
import type { ToolBlock } from "./turn-state";

type LedgerProps = {
  readonly items: readonly LedgerItem[];
  /** The turn is over, so what has no result never gets one. */
  readonly isOver: boolean;
  readonly wasStopped: boolean;
};

export function Ledger({ items, isOver, wasStopped }: LedgerProps) {
  const row = ({ block, key }: LedgerItem) =>
    block.kind === "reasoning" ? (
      <ReasoningRow key={key} block={block} isOver={isOver} />
    ) : (
      <ToolRow key={key} block={block} isOver={isOver} wasStopped={wasStopped} />
    );
  return (
    <ol className="ledger" data-ledger>
      {ledgerEntries(items).map((entry) =>
        entry.kind === "one" ? (
          row(entry.item)
        ) : (
          <ManyCalls key={entry.key} calls={entry.calls}>
            {entry.items.map(row)}
          </ManyCalls>
        ),
      )}
    </ol>
  );
}

function ManyCalls({ calls, children }: { calls: readonly ToolBlock[]; children: ReactNode }) {
  const counts = new Map<string, number>();
  for (const { name } of calls) counts.set(name, (counts.get(name) ?? 0) + 1);
  const durationMs = calls.reduce((sum, { result }) => sum + (result?.durationMs ?? 0), 0);
  return (
    <LedgerRow
      kind="many"
      state="done"
      icon={Wrench}
      name={`${calls.length} calls`}
      precis={[...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)).join(", ")}
      end={formatDuration(durationMs)}
    >
      <ol className="ledger">{children}</ol>
    </LedgerRow>
  );
}
