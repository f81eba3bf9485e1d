/**
 * The keys of what is reached from several places, as all keys are written: with ⌘, which is Ctrl on all but Apple's
 * keyboards.
 */
export const KEYS = {
  palette: "⌘ K",
  newSession: "⌘ ⇧ O",
  search: "⌘ ⇧ F",
  find: "⌘ F",
  sidebar: "⌘ B",
  region: "F6",
  help: "?",
  choose: "⌘ /",
  copy: "C",
  edit: "E",
  again: "R",
  againWith: "⇧ R",
  context: "X",
  rename: "F2",
  pin: "P",
  archive: "A",
  remove: "⌫",
} as const;
