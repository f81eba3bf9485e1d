"use client";

import { createContext, use } from "react";
import type { ModelChoice } from "../use-model-choice";

/** The models of which one may give another answer. */
export type ModelOffer = Pick<ModelChoice, "models" | "unlisted" | "ownModel" | "refresh">;

export const ModelOfferContext = createContext<ModelOffer | null>(null);

/** The models that may be asked around here; null where there is nothing to choose. */
export function useModelOffer(): ModelOffer | null {
  const offer = use(ModelOfferContext);
  return offer === null || offer.models.length === 0 ? null : offer;
}
