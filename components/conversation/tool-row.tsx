"use client";

import { CircleX, Square, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration, formatSeconds } from "../time";
import { WorkingDash } from "../ui/dash";
import { Arguments } from "./arguments";
import { arrivingArguments } from "./arriving-arguments";
import { LedgerRow } from "./ledger-row";
import { Result } from "./result";
import { precisOf } from "./segments";
import { errorText, toolState } from "./tool-state";
import type { ToolBlock } from "./turn-state";
import { useSeconds } from "./use-seconds";

type ToolRowProps = { readonly block: ToolBlock; readonly isOver: boolean; readonly wasStopped: boolean };

export function ToolRow({ block, isOver, wasStopped }: ToolRowProps) {
  const { result } = block;
  const state = toolState(block, isOver, wasStopped);
  const isRunning = state === "running";
  const isFailed = state === "failed";
  const isCut = state === "stopped" || state === "interrupted";
  const isArriving = block.input === null && result === null;
  const input = block.input ?? arrivingArguments(block.argumentText);
  const seconds = useSeconds(block.startedAt, isRunning && !isArriving);
  const durationMs = result?.durationMs ?? null;
  const duration = durationMs === null ? null : <span>{formatDuration(durationMs)}</span>;

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
      name={<code>{block.name}</code>}
      precis={precisOf(input)}
      end={end}
      isFailed={isFailed}
      isOpenAtFirst={isFailed}
    >
      {isFailed && (
        <dl className="arguments">
          <dt>error</dt>
          <dd dir="auto" className="whitespace-pre-wrap break-words">
            {errorText(result?.output)}
          </dd>
        </dl>
      )}
      {isCut && (
        <dl className="arguments">
          <dt>note</dt>
          <dd>May have run. It is not run twice.</dd>
        </dl>
      )}
      <Arguments input={input} isArriving={isArriving && isRunning} />
      {result && !result.isError && <Result value={result.output} />}
    </LedgerRow>
  );
}
