"use client";

import { ChevronDown } from "lucide";
import { Suspense, useRef, useState } from "react";
import { IconButton } from "../ui/icon-button";
import { loadModelPanel, ModelPanel } from "./choice/later-model-panel";
import { useModelOffer } from "./choice/model-offer";

type AgainWithProps = {
  /** Who has answered; null: nobody has said. */
  readonly model: string | null;
  /** Null: the agent's own model. */
  readonly onChoose: (model: string | null) => void;
};

/** A button and the list of models behind it, one of which answers again. Where there is but one there is nothing. */
export function AgainWith({ model, onChoose }: AgainWithProps) {
  const offer = useModelOffer();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  // A press outside closes the panel before the button hears of the press that did it.
  const wasOpen = useRef(false);
  if (offer === null) return null;
  const { models, unlisted, ownModel, refresh } = offer;
  return (
    <>
      <IconButton
        ref={button}
        icon={ChevronDown}
        label="Answer again with another model"
        className="again-with"
        data-act="again-with"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onPointerEnter={() => void loadModelPanel()}
        onPointerDown={() => {
          wasOpen.current = isOpen;
        }}
        onClick={() => {
          refresh();
          setIsOpen(!wasOpen.current && !isOpen);
          wasOpen.current = false;
        }}
      />
      {isOpen && (
        <Suspense fallback={null}>
          <ModelPanel
            label="Answer again with"
            chosen={model === ownModel || model === null ? "" : model}
            models={models}
            unlisted={unlisted}
            ownModel={ownModel}
            onChoose={(id) => onChoose(id === "" ? null : id)}
            onOpen={setIsOpen}
            anchor={button}
          />
        </Suspense>
      )}
    </>
  );
}
