import type { IconShape } from "./icon";

/** One thing that a menu offers. */
export type MenuEntry = {
  readonly label: string;
  readonly icon: IconShape;
  readonly onSelect: () => void;
  readonly keys?: string;
  readonly isDanger?: boolean;
  /** Only where there is no room for a button of its own. */
  readonly isNarrow?: boolean;
};
