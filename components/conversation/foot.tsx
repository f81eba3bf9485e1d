"use client";

import { Copy, RotateCcw } from "lucide-react";
import { formatDuration, formatNumber } from "../time";
import { IconButton } from "../ui/icon-button";
import { copyAnswer, richHtml } from "./copy";
import { markdownOf } from "./segments";
import type { AnswerFacts, ChatMessage } from "./turn-messages";

type FootProps = {
  readonly answer: ChatMessage | null;
  readonly isWaiting: boolean;
  readonly onRetry: (() => void) | null;
  readonly prose: () => readonly Element[];
};

/** Always in its place, so that nothing moves when the answer ends. */
export function Foot({ answer, isWaiting, onRetry, prose }: FootProps) {
  const markdown = answer ? markdownOf(answer.parts) : "";
  return (
    <div className="foot" data-waiting={isWaiting || undefined}>
      <div className="foot-actions">
        {markdown !== "" && (
          <IconButton icon={Copy} label="Copy the answer" onClick={() => copyAnswer(markdown, richHtml(prose()))} />
        )}
        {onRetry && <IconButton icon={RotateCcw} label="Answer again" onClick={onRetry} />}
      </div>
      <span className="foot-facts">
        <Facts facts={answer?.metadata} />
      </span>
    </div>
  );
}

function Facts({ facts }: { facts: AnswerFacts | undefined }) {
  const stop = facts?.stop;
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
