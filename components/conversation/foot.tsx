"use client";

import { Copy, RotateCcw, ScanText } from "lucide";
import { formatNumber } from "../numbers";
import { formatDuration } from "../time";
import { IconButton } from "../ui/icon-button";
import { AgainWith } from "./again-with";
import { copyAnswer, richHtml } from "./copy";
import { markdownOf } from "./segments";
import type { Stop, TurnState } from "./turn-state";
import type { Direction, Versions } from "./turns-in";
import type { AgainFrom } from "./use-ask-anew";
import { VersionSteps } from "./versions";

type FootProps = {
  readonly turn: TurnState;
  readonly isWaiting: boolean;
  /** Shows what the model saw. */
  readonly onContext: () => void;
  /** Asks for another answer; null: there is no question. */
  readonly onAgain: ((from?: AgainFrom) => void) | null;
  readonly versions: Versions | null;
  readonly onStep: (direction: Direction) => void;
  readonly prose: () => readonly Element[];
};

/** Always in its place, so that nothing moves when the answer ends. */
export function Foot({ turn, isWaiting, onAgain, onContext, versions, onStep, prose }: FootProps) {
  const hasText = turn.blocks.some((block) => block.kind === "text" && block.text.trim() !== "");
  return (
    <div className="foot" data-waiting={isWaiting || undefined}>
      <div className="foot-actions">
        {hasText && (
          <IconButton
            icon={Copy}
            label="Copy the answer"
            data-act="copy"
            onClick={() => copyAnswer(markdownOf(turn.blocks), richHtml(prose()))}
          />
        )}
        {onAgain && (
          <>
            <IconButton icon={RotateCcw} label="Answer again" data-act="again" onClick={() => onAgain()} />
            <AgainWith model={turn.stop?.model ?? null} onChoose={(model) => onAgain({ model })} />
          </>
        )}
        {turn.runId !== null && (
          <IconButton
            icon={ScanText}
            label="What the model saw"
            data-act="context"
            aria-haspopup="dialog"
            onClick={onContext}
          />
        )}
      </div>
      {versions && <VersionSteps versions={versions} onStep={onStep} />}
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
