"use client";

import { ChevronLeft, ChevronRight } from "lucide";
import { IconButton } from "../ui/icon-button";
import { type Direction, hasVersion, type Versions } from "./turns-in";

/** Which of its versions a turn is, and the way to those beside it. */
export function VersionSteps({ versions, onStep }: { versions: Versions; onStep: (direction: Direction) => void }) {
  const { shown, count } = versions;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields, and these are two buttons and what they lead from.
    <div className="versions" role="group" aria-label="Versions of this turn">
      <IconButton
        icon={ChevronLeft}
        label="Previous version"
        data-version="previous"
        aria-disabled={!hasVersion(versions, "previous")}
        onClick={() => onStep("previous")}
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
        aria-disabled={!hasVersion(versions, "next")}
        onClick={() => onStep("next")}
      />
    </div>
  );
}
