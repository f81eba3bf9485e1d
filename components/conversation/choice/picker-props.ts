import type { RefObject } from "react";
import type { ChoiceGroup, Choosable } from "./rows";

/** A list of what may be chosen, over its button. */
export type ListProps = {
  /** What is chosen here: "Model". */
  readonly label: string;
  /** "" for what answers by itself. */
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly onOpen: (isOpen: boolean) => void;
  readonly anchor: RefObject<HTMLButtonElement | null>;
};

export type PanelProps = ListProps & {
  /** How many of what: "models". */
  readonly plural: string;
  readonly groups: readonly ChoiceGroup[];
  /** What a text stands for that is in no list; null: nothing. */
  readonly named?: (text: string) => Choosable | null;
  readonly foot?: string;
};
