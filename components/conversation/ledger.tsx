"use client";

import type { DynamicToolUIPart } from "ai";
import { ChevronDown, type LucideIcon, Wrench } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { formatDuration } from "../time";
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

type LedgerRowProps = {
  readonly kind: string;
  readonly state: string;
  readonly icon: LucideIcon;
  readonly name: ReactNode;
  readonly precis?: string;
  readonly end?: ReactNode;
  readonly isFailed?: boolean;
  readonly isOpenAtFirst?: boolean;
  /** Stands under the head of a folded row for as long as it is live. */
  readonly preview?: ReactNode;
  readonly isLive?: boolean;
  readonly children?: ReactNode;
};

/** One hairline row; with a body it is a button over its full width that opens it. */
export function LedgerRow(props: LedgerRowProps) {
  const {
    kind,
    state,
    icon: Icon,
    name,
    precis,
    end,
    isFailed,
    isOpenAtFirst = false,
    preview,
    isLive,
    children,
  } = props;
  const [chosen, setChosen] = useState<boolean | null>(null);
  const body = useId();
  const open = chosen ?? isOpenAtFirst;
  const head = (
    <>
      <Icon size={16} strokeWidth={1.6} aria-hidden="true" />
      <span className="ledger-name">{name}</span>
      {precis !== undefined && (
        <span className="ledger-precis" dir="auto">
          {precis}
        </span>
      )}
      <span className="ledger-end" data-failed={isFailed || undefined}>
        {end}
      </span>
    </>
  );
  const live = preview && (
    <div className="fold" data-live data-open={(isLive && !open) || undefined}>
      <div>{preview}</div>
    </div>
  );
  if (!children) {
    return (
      <li className="ledger-row" data-kind={kind} data-state={state}>
        <div className="ledger-head">{head}</div>
        {live}
      </li>
    );
  }
  return (
    <li className="ledger-row" data-kind={kind} data-state={state}>
      <button
        type="button"
        className="ledger-head"
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setChosen(!open)}
      >
        {head}
        <ChevronDown size={16} strokeWidth={1.6} aria-hidden="true" className="ledger-chevron" />
      </button>
      {live}
      <div id={body} className="fold" data-open={open || undefined}>
        <div>
          <div className="ledger-body">{children}</div>
        </div>
      </div>
    </li>
  );
}
