"use client";

import { CircleAlert } from "lucide";
import { formatNumber } from "../numbers";
import { Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import type { TurnState } from "./turn-state";

/** What a stopped turn came to: “Stopped after 214 tokens, 1 call cancelled.” */
export function Stopped({ turn: { stop, blocks } }: { turn: TurnState }) {
  const told = stop?.usage.total_output_tokens ?? null;
  const tokens = told ?? stop?.estimated_output_tokens ?? 0;
  const calls = blocks.filter((block) => block.kind === "tool" && (block.result?.isError ?? true));
  const about = told === null ? "about " : "";
  const after = tokens > 0 ? ` after ${about}${formatNumber(tokens)} ${tokens === 1 ? "token" : "tokens"}` : "";
  const cancelled = calls.length > 0 ? `, ${calls.length} ${calls.length === 1 ? "call" : "calls"} cancelled` : "";
  return <p className="stopped">{`Stopped${after}${cancelled}.`}</p>;
}

const CUTS = {
  length: "The answer is as long as the model may make it.",
  steps: "The turn came to its limit of steps.",
  time: "The turn came to its limit of time.",
  repeats: "The model asked for the same again and again, and was ended.",
} as const;

/** Why an answer that went well is not whole; null: it is. */
export function cutOf({ stop }: TurnState): string | null {
  if (!stop || stop.is_error) return null;
  if (stop.limit) return CUTS[stop.limit];
  return stop.finish_reason === "length" ? CUTS.length : null;
}

/** Says that an answer was cut, and lets it go on. */
export function Cut({ why, onContinue }: { why: string; onContinue: (() => void) | null }) {
  return (
    <div className="cut">
      <p>{why}</p>
      {onContinue && (
        <button type="button" className="button" onClick={onContinue}>
          Continue
        </button>
      )}
    </div>
  );
}

type BrokeProps = {
  readonly turn: TurnState;
  readonly onRetry: (() => void) | null;
};

export function Broke({ turn: { stop, runId, blocks }, onRetry }: BrokeProps) {
  const isInterrupted = stop?.status === "interrupted" || stop?.error === "interrupted" || !stop;
  const cause = isInterrupted ? "The server stopped in the middle." : sentence(stop?.error ?? "");
  const kept = blocks.length > 0 ? "What arrived is kept, and so is your message." : "Your message is kept.";
  return (
    <div className="broke">
      <p className="broke-title">
        <Icon of={CircleAlert} size={17} />
        The answer broke off
      </p>
      <p className="broke-text" dir="auto">
        {[cause, kept].filter(Boolean).join(" ")}
      </p>
      {(onRetry || runId) && (
        <div className="broke-actions">
          {onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              Try again <Keys keys="R" />
            </button>
          )}
          {runId && <span className="broke-run">run {runId.replace(/^run[-_]/, "").slice(0, 8)}</span>}
        </div>
      )}
    </div>
  );
}

const sentence = (text: string) => (text === "" || /[.!?]$/.test(text) ? text : `${text}.`);
