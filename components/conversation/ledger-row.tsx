"use client";

import { ChevronDown } from "lucide";
import { type ReactNode, useId, useState } from "react";
import { Icon, type IconShape } from "../ui/icon";

type LedgerRowProps = {
  readonly kind: string;
  readonly state: string;
  readonly icon: IconShape;
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
  const { kind, state, icon, name, precis, end, isFailed, isOpenAtFirst = false, preview, isLive, children } = props;
  const [chosen, setChosen] = useState<boolean | null>(null);
  const body = useId();
  const open = chosen ?? isOpenAtFirst;
  const head = (
    <>
      <Icon of={icon} size={16} />
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
        <Icon of={ChevronDown} size={16} className="ledger-chevron" />
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
