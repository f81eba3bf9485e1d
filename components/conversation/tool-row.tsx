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
import { factsOf } from "./turn-messages";
import { useSeconds } from "./use-seconds";

type ToolRowProps = { readonly part: DynamicToolUIPart; readonly isOver: boolean; readonly wasStopped: boolean };

export function ToolRow({ part, isOver, wasStopped }: ToolRowProps) {
  const hasEnded = part.state === "output-available" || part.state === "output-error";
  const isRunning = !hasEnded && !isOver;
  const isFailed = part.state === "output-error" && !wasCancelled(part);
  const isCut = !isRunning && !isFailed && part.state !== "output-available";
  const seconds = useSeconds(
    factsOf(part.callProviderMetadata).startedAt,
    isRunning && part.state === "input-available",
  );
  const durationMs = hasEnded ? factsOf(part.resultProviderMetadata).durationMs : undefined;
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
  } else if (isCut) end = wasStopped ? "Stopped" : "Interrupted";

  return (
    <LedgerRow
      kind="tool"
      state={isRunning ? "running" : isFailed ? "failed" : isCut ? "stopped" : "done"}
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

const wasCancelled = (part: DynamicToolUIPart) =>
  part.state === "output-error" && /^(cancelled|canceled|interrupted|aborted)$/i.test(part.errorText);
