"use client";

import type { DynamicToolUIPart } from "ai";
import { CircleX, Square, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration, formatSeconds } from "../time";
import { WorkingDash } from "../ui/dash";
import { Arguments } from "./arguments";
import { LedgerRow } from "./ledger-row";
import { Result } from "./result";
import { precisOf } from "./segments";
import { toolState } from "./tool-state";
import { factsOf } from "./turn-messages";
import { useSeconds } from "./use-seconds";

type ToolRowProps = { readonly part: DynamicToolUIPart; readonly isOver: boolean; readonly wasStopped: boolean };

export function ToolRow({ part, isOver, wasStopped }: ToolRowProps) {
  const state = toolState(part, isOver, wasStopped);
  const isRunning = state === "running";
  const isFailed = state === "failed";
  const isCut = state === "stopped" || state === "interrupted";
  const seconds = useSeconds(
    factsOf(part.callProviderMetadata).startedAt,
    isRunning && part.state === "input-available",
  );
  const { durationMs } = "resultProviderMetadata" in part ? factsOf(part.resultProviderMetadata) : {};
  const duration = durationMs === undefined ? null : <span>{formatDuration(durationMs)}</span>;

  let end: ReactNode = duration;
  if (isRunning) {
    end = (
      <>
        <WorkingDash />
        {seconds > 0 && <span>{formatSeconds(seconds)}</span>}
      </>
    );
  } else if (isFailed) {
    end = (
      <>
        <b>Failed</b>
        {duration}
      </>
    );
  } else if (isCut) end = state === "stopped" ? "Stopped" : "Interrupted";

  return (
    <LedgerRow
      kind="tool"
      state={isCut ? "stopped" : state}
      icon={isFailed ? CircleX : isCut ? Square : Wrench}
      name={<code>{part.toolName}</code>}
      precis={precisOf(part.input)}
      end={end}
      isFailed={isFailed}
      isOpenAtFirst={isFailed}
    >
      {isFailed && (
        <dl className="arguments">
          <dt>error</dt>
          <dd dir="auto" className="whitespace-pre-wrap break-words">
            {part.errorText}
          </dd>
        </dl>
      )}
      {isCut && (
        <dl className="arguments">
          <dt>note</dt>
          <dd>May have run. It is not run twice.</dd>
        </dl>
      )}
      <Arguments input={part.input} isArriving={part.state === "input-streaming" && isRunning} />
      {part.state === "output-available" && <Result value={part.output} />}
    </LedgerRow>
  );
}
