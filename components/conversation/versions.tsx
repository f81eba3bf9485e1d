"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "../ui/icon-button";
import type { Versions } from "./turns-in";

export type Direction = "previous" | "next";

/** Which of its versions a turn is, and the way to those beside it. */
export function VersionSteps({ versions, onStep }: { versions: Versions; onStep: (direction: Direction) => void }) {
  const { shown, count, previous, next } = versions;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields, and these are two buttons and what they lead from.
    <div className="versions" role="group" aria-label="Versions of this turn">
      <IconButton
        icon={ChevronLeft}
        label="Previous version"
        data-version="previous"
        aria-disabled={previous === null}
        onClick={() => previous && onStep("previous")}
      />
      <span className="versions-count">
        <span className="sr-only">
          Version {shown} of {count}
        </span>
        <span aria-hidden="true">
          {shown} / {count}
        </span>
      </span>
      <IconButton
        icon={ChevronRight}
        label="Next version"
        data-version="next"
        aria-disabled={next === null}
        onClick={() => next && onStep("next")}
      />
    </div>
  );
}
