import { Bot, Copy, ListTree, Pencil, Replace, RotateCcw, ScanText } from "lucide";
import type { IconShape } from "../ui/icon";
import { KEYS } from "../ui/key-names";
import type { PaletteCommand } from "./commands";

type Press = {
  readonly id: string;
  readonly label: string;
  readonly words?: string;
  readonly icon: IconShape;
  readonly keys?: string;
  /** The button that does it; of several the last, which is of the last turn. */
  readonly button: string;
};

const PRESSES: readonly Press[] = [
  {
    id: "copy",
    label: "Copy the last answer",
    icon: Copy,
    keys: KEYS.copy,
    button: '[role=log] [data-act="copy"]',
  },
  {
    id: "edit",
    label: "Edit the last question",
    icon: Pencil,
    keys: KEYS.edit,
    button: '[role=log] [data-act="edit"]',
  },
  {
    id: "again",
    label: "Answer again",
    words: "regenerate retry",
    icon: RotateCcw,
    keys: KEYS.again,
    button: '[role=log] [data-act="again"]',
  },
  {
    id: "again-with",
    label: "Answer again with another model",
    words: "regenerate retry",
    icon: RotateCcw,
    keys: KEYS.againWith,
    button: '[role=log] [data-act="again-with"]',
  },
  {
    id: "context",
    label: "What the model saw",
    words: "context prompt tokens",
    icon: ScanText,
    keys: KEYS.context,
    button: '[role=log] [data-act="context"]',
  },
  { id: "outline", label: "Outline", words: "questions contents", icon: ListTree, button: ".head-outline" },
  {
    id: "model",
    label: "Choose the model",
    words: "switch",
    icon: Replace,
    keys: KEYS.choose,
    button: '.picker[aria-label^="Model"]',
  },
  {
    id: "agent",
    label: "Choose the agent",
    words: "switch assistant",
    icon: Bot,
    button: '.picker[aria-label^="Agent"]',
  },
];

const lastOf = (selector: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>(selector)].findLast((button) => button.checkVisibility());

/** What the conversation has buttons for: each does what its button does. */
export const conversationCommands = (): readonly PaletteCommand[] =>
  PRESSES.flatMap(({ button, ...command }): PaletteCommand[] =>
    lastOf(button) === undefined ? [] : [{ ...command, group: "This session", run: () => lastOf(button)?.click() }],
  );
