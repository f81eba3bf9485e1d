"use client";

import { ChevronDown } from "lucide-react";
import { Suspense, useRef, useState } from "react";
import { later } from "../../ui/later";
import type { PickerProps } from "./picker-props";

const loadPanel = () => import("./picker-panel");
const PickerPanel = later(loadPanel);

/** A button that says what is chosen, and the list behind it, whose code is fetched with the first look at it. */
export function Picker(props: PickerProps) {
  const { label, name, isOpen, onOpen } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [isWanted, setIsWanted] = useState(false);
  // A press outside closes the panel before the button hears of the press that did it.
  const wasOpen = useRef(false);
  if (isOpen && !isWanted) setIsWanted(true);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="picker"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={`${label}: ${name}`}
        onPointerEnter={() => void loadPanel()}
        onFocus={() => void loadPanel()}
        onPointerDown={() => {
          wasOpen.current = isOpen;
        }}
        onClick={() => {
          onOpen(!wasOpen.current && !isOpen);
          wasOpen.current = false;
        }}
      >
        <bdi>{name}</bdi>
        <ChevronDown size={14} strokeWidth={1.6} aria-hidden="true" />
      </button>
      {isWanted && isOpen && (
        <Suspense fallback={null}>
          <PickerPanel {...props} anchor={button} />
        </Suspense>
      )}
    </>
  );
}
