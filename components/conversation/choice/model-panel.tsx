"use client";

import { useMemo } from "react";
import type { ModelOffer } from "./model-offer";
import { modelGroups, namedModel } from "./model-options";
import { PickerPanel } from "./picker-panel";
import type { ListProps } from "./picker-props";

type ModelPanelProps = ListProps & Pick<ModelOffer, "models" | "unlisted" | "ownModel">;

const PRICES = "Prices are in US dollars for a million tokens.";

/** The models that may be chosen, by their providers, with what is known of them. */
export default function ModelPanel({ models, unlisted, ownModel, ...list }: ModelPanelProps) {
  const groups = useMemo(() => modelGroups(models, ownModel), [models, ownModel]);
  const isPriced = groups.some(({ items }) => items.some(({ note }) => note.includes("$")));
  return (
    <PickerPanel
      {...list}
      plural="models"
      groups={groups}
      named={unlisted.length > 0 ? (text) => namedModel(text, unlisted) : undefined}
      foot={isPriced ? PRICES : undefined}
    />
  );
}
