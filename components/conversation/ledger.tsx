"use client";

import type { DynamicToolUIPart } from "ai";
import { Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration } from "../time";
import { LedgerRow } from "./ledger-row";
import { ReasoningRow } from "./reasoning-row";
import { type LedgerPart, ledgerEntries } from "./segments";
import { ToolRow } from "./tool-row";
import { factsOf } from "./turn-messages";

type LedgerProps = {
  readonly parts: readonly LedgerPart[];
  /** The turn is over, so what has no result never gets one. */
  readonly isOver: boolean;
  readonly wasStopped: boolean;
};

export function Ledger({ parts, isOver, wasStopped }: LedgerProps) {
  const row = (part: LedgerPart, key: string) =>
    part.type === "reasoning" ? (
      <ReasoningRow key={key} part={part} isOver={isOver} />
    ) : (
      <ToolRow key={key} part={part} isOver={isOver} wasStopped={wasStopped} />
    );
  return (
    <ol className="ledger" data-ledger>
      {ledgerEntries(parts).map((entry) =>
        entry.kind === "one" ? row(entry.part, entry.key) : <ManyCalls key={entry.key} parts={entry.parts} row={row} />,
      )}
    </ol>
  );
}

function ManyCalls({
  parts,
  row,
}: {
  parts: readonly DynamicToolUIPart[];
  row: (part: LedgerPart, key: string) => ReactNode;
}) {
  const counts = new Map<string, number>();
  for (const part of parts) counts.set(part.toolName, (counts.get(part.toolName) ?? 0) + 1);
  const durations = parts.map((part) =>
    "resultProviderMetadata" in part ? (factsOf(part.resultProviderMetadata).durationMs ?? 0) : 0,
  );
  return (
    <LedgerRow
      kind="many"
      state="done"
      icon={Wrench}
      name={`${parts.length} calls`}
      precis={[...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)).join(", ")}
      end={formatDuration(durations.reduce((sum, ms) => sum + ms, 0))}
    >
      <ol className="ledger">{parts.map((part) => row(part, part.toolCallId))}</ol>
    </LedgerRow>
  );
}
