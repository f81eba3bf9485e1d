"use client";

import { CircleX, Hand, Square, Wrench } from "lucide";
import { type ReactNode, Suspense } from "react";
import { formatDuration, formatSeconds } from "../time";
import { WorkingDash } from "../ui/dash";
import { later } from "../ui/later";
import { Arguments } from "./arguments";
import { arrivingArguments } from "./arriving-arguments";
import { useCalls } from "./calls";
import { LedgerRow } from "./ledger-row";
import { precisOf } from "./segments";
import { errorText, toolState } from "./tool-state";
import type { ToolBlock } from "./turn-state";
import { useSeconds } from "./use-seconds";

const CallForm = later(() => import("./call-form"));
const Result = later(() => import("./result"));

type ToolRowProps = { readonly block: ToolBlock; readonly isOver: boolean; readonly wasStopped: boolean };

export function ToolRow({ block, isOver, wasStopped }: ToolRowProps) {
  const { result } = block;
  const calls = useCalls();
  const isWaiting = isOver && calls.waiting.includes(block.callId);
  const state = toolState(block, isOver, wasStopped, isWaiting);
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
  else if (isWaiting)
    end = <b className="ledger-waits">{calls.given.has(block.callId) ? "Answered" : "Waiting for you"}</b>;
  else if (state === "unanswered") end = "Not answered";

  return (
    <LedgerRow
      kind="tool"
      state={isCut ? "stopped" : state}
      icon={isFailed ? CircleX : isCut ? Square : isWaiting || state === "unanswered" ? Hand : Wrench}
      name={<code>{block.name}</code>}
      precis={precisOf(input)}
      end={end}
      isFailed={isFailed}
      isOpenAtFirst={isFailed || isWaiting}
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
      {isWaiting && (
        <Suspense fallback={<p className="field-note">Reading what it is to give</p>}>
          <CallForm
            callId={block.callId}
            name={block.name}
            agentId={calls.agentId}
            given={calls.given.get(block.callId) ?? null}
            others={calls.waiting.length - 1}
            onGive={(answer) => calls.give(block.callId, answer)}
          />
        </Suspense>
      )}
      {result && !result.isError && (
        <Suspense>
          <Result value={result.output} />
        </Suspense>
      )}
    </LedgerRow>
  );
}
