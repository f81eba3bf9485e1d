import type { IconShape } from "../ui/icon";

/** Something that can be done from the palette. */
export type PaletteCommand = {
  /** Stays, since what was done last is remembered by it. */
  readonly id: string;
  readonly group: "This session" | "Everywhere";
  readonly label: string;
  /** Other words that find it. */
  readonly words?: string;
  readonly icon: IconShape;
  readonly keys?: string;
  readonly isDanger?: boolean;
  readonly run: () => void;
};
