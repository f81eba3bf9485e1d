"use client";

import { Copy, RotateCcw, ScanText } from "lucide-react";
import { formatDuration, formatNumber } from "../time";
import { IconButton } from "../ui/icon-button";
import { copyAnswer, richHtml } from "./copy";
import { markdownOf } from "./segments";
import type { Stop, TurnState } from "./turn-state";

type FootProps = {
  readonly turn: TurnState;
  readonly isWaiting: boolean;
  readonly onRetry: (() => void) | null;
  /** Shows what the model saw. */
  readonly onContext: () => void;
  readonly prose: () => readonly Element[];
};

/** Always in its place, so that nothing moves when the answer ends. */
export function Foot({ turn, isWaiting, onRetry, onContext, prose }: FootProps) {
  const hasText = turn.blocks.some((block) => block.kind === "text" && block.text.trim() !== "");
  return (
    <div className="foot" data-waiting={isWaiting || undefined}>
      <div className="foot-actions">
        {hasText && (
          <IconButton
            icon={Copy}
            label="Copy the answer"
            className="foot-copy"
            onClick={() => copyAnswer(markdownOf(turn.blocks), richHtml(prose()))}
          />
        )}
        {onRetry && <IconButton icon={RotateCcw} label="Answer again" onClick={onRetry} />}
        {turn.runId !== null && (
          <IconButton
            icon={ScanText}
            label="What the model saw"
            className="foot-context"
            aria-haspopup="dialog"
            onClick={onContext}
          />
        )}
      </div>
      <span className="foot-facts">
        <Facts stop={turn.stop} />
      </span>
    </div>
  );
}

function Facts({ stop }: { stop: Stop | null }) {
  if (!stop) return null;
  const { duration_ms, total_input_tokens, total_output_tokens } = stop.usage;
  const tokens = (total_input_tokens ?? 0) + (total_output_tokens ?? 0);
  const told = [
    ...(duration_ms === null ? [] : [formatDuration(duration_ms)]),
    ...(tokens > 0 ? [`${formatNumber(tokens)} tokens`] : []),
  ].join(" · ");
  return (
    <>
      {stop.agent && (
        <>
          <bdi title={stop.agent.name}>{stop.agent.name}</bdi>
          {" · "}
        </>
      )}
      {stop.model && (
        <>
          <bdi className="foot-model" title={stop.model}>
            {stop.model}
          </bdi>
          {told && " · "}
        </>
      )}
      <span className="foot-told">{told}</span>
    </>
  );
}
