"use client";

import { useMemo } from "react";
import { ModelOfferContext } from "./choice/model-offer";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { MoreTurns } from "./more-turns";
import { shownIn } from "./other-turns";
import { wholeFrom } from "./resting";
import type { TurnProps } from "./turn-props";
import { TurnRow } from "./turn-row";
import type { ModelChoice } from "./use-model-choice";

export type TurnActs = Pick<TurnProps, "onAgain" | "onContext" | "onEdit" | "onStep" | "onContinue" | "onAnswer">;

type ShownTurnsProps = {
  readonly store: ConversationStore;
  readonly state: ConversationState;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly choice: ModelChoice;
  /** Each stays the same function: a turn with another one is drawn anew. */
  readonly acts: TurnActs;
};

/** The turns that are looked at, and on either side what asks for more of them. */
export function ShownTurns({ store, state, isGone, choice, acts }: ShownTurnsProps) {
  const { turns, older, newer } = shownIn(state);
  const firstWhole = state.elsewhere ? turns.length : wholeFrom(turns);
  const last = state.turns.at(-1);
  const { models, unlisted, ownModel, refresh } = choice;
  const offer = useMemo(() => ({ models, unlisted, ownModel, refresh }), [models, unlisted, ownModel, refresh]);
  return (
    <>
      {older && <MoreTurns side="older" beyond={older} onRead={() => void store.readOlder()} />}
      <ModelOfferContext value={offer}>
        {turns.map((turn, place) => (
          <TurnRow
            key={turn.key}
            turn={turn}
            isLast={turn === last && !isGone}
            startsWhole={place >= firstWhole || turn.versions !== null}
            isGoing={turn === last && state.run !== null}
            {...acts}
          />
        ))}
      </ModelOfferContext>
      {newer && <MoreTurns side="newer" beyond={newer} onRead={() => void store.readNewer()} />}
    </>
  );
}
