import type { ChoiceGroup, Choosable } from "./rows";

export type PickerProps = {
  /** What is chosen here: "Model". */
  readonly label: string;
  /** How many of what: "models". */
  readonly plural: string;
  readonly name: string;
  readonly chosen: string;
  readonly groups: readonly ChoiceGroup[];
  readonly onChoose: (id: string) => void;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  /** What a text stands for that is in no list; null: nothing. */
  readonly named?: (text: string) => Choosable | null;
  readonly foot?: string;
};
