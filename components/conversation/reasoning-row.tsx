"use client";

import { Brain } from "lucide";
import { useState } from "react";
import { formatSeconds, formatThought } from "../time";
import { WorkingDash } from "../ui/dash";
import { LedgerRow } from "./ledger-row";
import type { ReasoningBlock } from "./turn-state";
import { useSeconds } from "./use-seconds";

export function ReasoningRow({ block, isOver }: { block: ReasoningBlock; isOver: boolean }) {
  const { startedAt, durationMs } = block;
  const isThinking = !block.done && !isOver;
  const seconds = useSeconds(startedAt, isThinking);
  const name = isThinking ? "Thinking" : durationMs === null ? "Thought" : `Thought for ${formatThought(durationMs)}`;
  const text = block.text.trim();
  const [wasLive] = useState(isThinking);
  return (
    <LedgerRow
      kind="reasoning"
      state={isThinking ? "running" : "done"}
      icon={Brain}
      name={name}
      precis={!isThinking && text === "" ? "not shown by the provider" : undefined}
      end={
        isThinking && (
          <>
            <WorkingDash />
            {seconds > 0 && <span>{formatSeconds(seconds)}</span>}
          </>
        )
      }
      isLive={isThinking}
      preview={
        wasLive && (
          <div className="reasoning reasoning-live" aria-hidden="true">
            <p className={isThinking ? "end-mark" : undefined} dir="auto">
              {text.slice(-400)}
            </p>
          </div>
        )
      }
    >
      {text !== "" && (
        <p className={isThinking ? "reasoning end-mark" : "reasoning"} dir="auto">
          {text}
        </p>
      )}
    </LedgerRow>
  );
}
