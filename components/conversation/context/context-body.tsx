"use client";

import { useState } from "react";
import type { TurnContext } from "@/lib/dialects/web/index.ts";
import { formatNumber } from "../../numbers";
import { notify } from "../../ui/notify";
import { ContextItems } from "./context-items";
import type { Read } from "./use-context";
import { lineOfPart, titleOfPart, wordsOfChanges, wordsOfCounts, wordsOfRecall } from "./words";

type BodyProps = {
  readonly read: Read;
  readonly turn: { readonly sessionId: string; readonly runId: string; readonly isRaw: boolean };
  readonly onRaw: (isRaw: boolean) => void;
  readonly onMore: () => Promise<void>;
  readonly onAgain: () => void;
};

export function ContextBody({ read, ...rest }: BodyProps) {
  if (read.state === "reading") {
    return (
      <div className="context-body">
        <p className="context-figure" role="status" aria-label="Reading what the model saw">
          …
        </p>
      </div>
    );
  }
  if (read.state === "failed") {
    return (
      <p className="context-note" role="alert">
        {read.isGone ? "This turn is not there any more." : "What the model saw did not load."}{" "}
        <button type="button" className="text-button" onClick={rest.onAgain}>
          Try again
        </button>
      </p>
    );
  }
  if (!read.context.is_kept) {
    return <p className="context-note">Not kept for this turn: it is of an earlier version, or was taken in by one.</p>;
  }
  return <Seen context={read.context} {...rest} />;
}

function Seen({ context, turn, onRaw, onMore }: Omit<BodyProps, "read" | "onAgain"> & { context: TurnContext }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const part = context.parts.find((one) => one.part === chosen) ?? context.parts.at(-1);
  const items = context.items.filter((item) => item.part === part?.part);
  return (
    <div className="context-body">
      <div className="context-sums">
        <Sums context={context} />
        <div className="context-bar" aria-hidden="true">
          {context.parts.map((one) => (
            <span
              key={one.part}
              data-chosen={one === part || undefined}
              // The page's policy takes no style out of its text.
              ref={(element) => element?.style.setProperty("flex-grow", String(Math.max(1, one.tokens)))}
            />
          ))}
        </div>
        <ul>
          {context.parts.map((one) => (
            <li key={one.part}>
              <button
                type="button"
                className="context-part"
                aria-pressed={one === part}
                onClick={() => setChosen(one.part)}
              >
                <span>{titleOfPart(one)}</span>
                <span className="context-tokens">{formatNumber(one.tokens)}</span>
                <span className="context-line">{lineOfPart(one, context)}</span>
              </button>
            </li>
          ))}
        </ul>
        {context.recall && <p className="context-recall">{wordsOfRecall(context.recall)}</p>}
        {context.changes.length > 0 && <p className="context-changes">{wordsOfChanges(context.changes)}</p>}
      </div>
      <section className="context-read" aria-label={part && titleOfPart(part)}>
        <div className="context-forms">
          <button type="button" aria-pressed={!turn.isRaw} onClick={() => onRaw(false)}>
            Readable
          </button>
          <button type="button" aria-pressed={turn.isRaw} onClick={() => onRaw(true)}>
            Raw JSON
          </button>
        </div>
        <ContextItems items={items} turn={turn} />
        {context.next_item !== null && (
          <button
            type="button"
            className="button"
            onClick={() => void onMore().catch(() => notify({ text: "The other messages did not load." }))}
          >
            Read more messages
          </button>
        )}
      </section>
    </div>
  );
}

function Sums({ context }: { context: TurnContext }) {
  const { tokens, budget, status } = context;
  const over = budget === null || tokens === null ? 0 : tokens - budget;
  return (
    <>
      <p className="context-figure" data-over={over > 0 || undefined}>
        {tokens === null ? "…" : formatNumber(tokens)}
      </p>
      {over > 0 && <p className="context-over">{formatNumber(over)} over, with its tools</p>}
      {status === "running" && <p>This turn is still running. These are its parts so far.</p>}
      {wordsOfCounts(context).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </>
  );
}
