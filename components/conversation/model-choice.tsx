"use client";

import { ChevronDown } from "lucide-react";
import type { ModelChoice } from "./use-model-choice";

/** Which model answers next. A native list: it is chosen by keys and by typing, and reads well on a phone. */
export function ModelSelect({ choice }: { choice: ModelChoice }) {
  const { model, ownModel, options, choose } = choice;
  // With nothing to choose there is no choice to show.
  if (options.length === 0) return null;
  return (
    <span className="model-choice">
      <span className="model-choice-now" aria-hidden="true">
        <bdi>{model ?? ownModel}</bdi>
        <ChevronDown size={14} strokeWidth={1.6} />
      </span>
      <select aria-label="Model" value={model ?? ""} onChange={(event) => choose(event.currentTarget.value || null)}>
        <option value="">{ownModel}</option>
        {options.map(({ provider, models }) => (
          <optgroup key={provider} label={provider}>
            {models.map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </span>
  );
}
