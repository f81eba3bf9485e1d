import type { RefObject } from "react";
import type { CallResult } from "./conversation-ports";
import type { Direction, Turn } from "./turns-in";
import type { AgainFrom } from "./use-ask-anew";

/** What a turn of the log gets. */
export type TurnProps = {
  readonly turn: Turn;
  readonly isLast: boolean;
  /** It is on the screen from the start. Others are drawn whole when they come near. */
  readonly startsWhole?: boolean;
  /** Its answer is being given. */
  readonly isGoing: boolean;
  readonly onAgain: (turn: Turn, from?: AgainFrom) => void;
  /** Shows what the model saw. */
  readonly onContext: (turn: Turn) => void;
  /** Asks its question in other words; gives whether they were taken. */
  readonly onEdit: (turn: Turn, text: string) => boolean;
  readonly onStep: (turn: Turn, direction: Direction) => void;
  /** Asks for the rest of an answer that was cut. */
  readonly onContinue: () => void;
  /** Answers the calls that wait for the person. */
  readonly onAnswer: (results: readonly CallResult[]) => void;
};

/** What it is drawn with. */
export type WholeTurnProps = Omit<TurnProps, "startsWhole"> & {
  /** Of its heading. */
  readonly label: string;
  readonly article: RefObject<HTMLElement | null>;
};
