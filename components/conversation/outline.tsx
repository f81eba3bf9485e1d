"use client";

import { ListTree } from "lucide";
import { Suspense, useId, useRef, useState } from "react";
import { IconButton } from "../ui/icon-button";
import { later } from "../ui/later";
import type { OutlineProps } from "./outline-list";

const OutlineList = later(() => import("./outline-list"));

/** The button of the outline, and its sheet in the browser's top layer: every question of the session. */
export function OutlineButton({ sessionId, onChoose }: OutlineProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const sheet = useRef<HTMLDivElement>(null);
  return (
    <>
      <IconButton
        icon={ListTree}
        label="Outline"
        className="head-outline"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        popoverTarget={id}
      />
      <div
        ref={sheet}
        id={id}
        role="dialog"
        aria-label="Outline"
        popover="auto"
        className="outline-sheet"
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen && (
          <Suspense>
            <OutlineList
              sessionId={sessionId}
              onChoose={(question, place) => {
                sheet.current?.hidePopover();
                onChoose(question, place);
              }}
            />
          </Suspense>
        )}
      </div>
    </>
  );
}
