"use client";

import { lazy, Suspense, use, useEffect, useId, useRef, useState } from "react";
import { RestingTurn } from "./resting-turn";
import { endingOf } from "./segments";
import { StillBelow } from "./still-below";
import { laterDrawing, loadedDrawing, wantDrawing } from "./turn-drawing";
import type { TurnProps, WholeTurnProps } from "./turn-props";
import { waitingCalls } from "./turn-state";
import { useStage } from "./use-stage";

const isServer = typeof window === "undefined";
/** The server has it from the start. */
const serverDrawing = isServer ? import("./whole-turn") : null;
/** React takes it for what stands in the page already, and leaves that alone. */
const AS_IT_IS = { __html: "" } as const;

/** A question and its answer. */
export function TurnArticle({ startsWhole = true, ...props }: TurnProps) {
  const { turn, isLast, isGoing } = props;
  const label = useId();
  const article = useRef<HTMLElement>(null);
  const isUrgent = useIsAnother(props) || isGoing || (isLast && waitingCalls(turn).length > 0);
  const stage = useStage(article, { isWanted: startsWhole || isLast || isGoing, isUrgent });
  const attributes = {
    className: "turn",
    "data-turn": turn.key,
    "aria-labelledby": turn.question ? label : undefined,
    "aria-label": turn.question ? undefined : "Answer",
    "data-last": isLast || undefined,
    "data-ending": endingOf(turn, isGoing, isLast),
    "data-resting": stage === "resting" || undefined,
    "data-served": stage === "served" || undefined,
    tabIndex: -1,
  };
  return (
    <>
      <StillBelow turn={article} isWhole={stage === "whole"} />
      {stage === "served" && !isServer ? (
        <article
          ref={article}
          {...attributes}
          suppressHydrationWarning
          // biome-ignore lint/security/noDangerouslySetInnerHtml: nothing is set, see above.
          dangerouslySetInnerHTML={AS_IT_IS}
        />
      ) : (
        <article ref={article} {...attributes}>
          {stage === "resting" ? (
            <RestingTurn id={label} turn={turn} />
          ) : isServer ? (
            <ServedTurn label={label} article={article} {...props} />
          ) : (
            <DrawnTurn label={label} article={article} {...props} />
          )}
        </article>
      )}
    </>
  );
}

/** Whether a turn, or its place, is another than when it was drawn first. */
function useIsAnother({ turn, isLast }: Pick<TurnProps, "turn" | "isLast">): boolean {
  const [first] = useState({ turn, isLast });
  return first.turn !== turn || first.isLast !== isLast;
}

/**
 * A turn in the server's page. It stands in no `Suspense`: React would hand over its plain words first, and put it in
 * their place later.
 */
function ServedTurn(props: WholeTurnProps) {
  const Whole = serverDrawing && use(serverDrawing).default;
  return Whole && <Whole {...props} />;
}

const LaterTurn = lazy(() => laterDrawing().catch(() => ({ default: Words })));

function DrawnTurn(props: WholeTurnProps) {
  // The same for as long as it stands: what is opened in it stays open.
  const [Whole] = useState(() => loadedDrawing() ?? LaterTurn);
  return (
    <Suspense fallback={<RestingTurn id={props.label} turn={props.turn} isUnread />}>
      <Whole {...props} />
    </Suspense>
  );
}

/** The words of a turn whose drawing could not be had; it is asked for once more. */
function Words(props: WholeTurnProps) {
  const [Whole, setWhole] = useState(loadedDrawing);
  useEffect(() => void wantDrawing().then(() => setWhole(loadedDrawing)), []);
  return Whole ? <Whole {...props} /> : <RestingTurn id={props.label} turn={props.turn} isUnread />;
}
