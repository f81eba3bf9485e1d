"use client";

import { ChevronDown } from "lucide";
import { type ReactNode, type RefObject, Suspense, useRef, useState } from "react";
import { Icon } from "../../ui/icon";

type PickerProps = {
  /** What is chosen here: "Model". */
  readonly label: string;
  /** Of what is chosen. */
  readonly name: string;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  /** Brings the code of the list: somebody is about to look at it. */
  readonly onWant: () => void;
  /** The list over the button. */
  readonly children: (button: RefObject<HTMLButtonElement | null>) => ReactNode;
};

/** A button that says what is chosen, and the list behind it. */
export function Picker({ label, name, isOpen, onOpen, onWant, children }: PickerProps) {
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
        onPointerEnter={onWant}
        onFocus={onWant}
        onPointerDown={() => {
          wasOpen.current = isOpen;
        }}
        onClick={() => {
          onOpen(!wasOpen.current && !isOpen);
          wasOpen.current = false;
        }}
      >
        <bdi>{name}</bdi>
        <Icon of={ChevronDown} size={14} />
      </button>
      {isWanted && isOpen && <Suspense fallback={null}>{children(button)}</Suspense>}
    </>
  );
}
