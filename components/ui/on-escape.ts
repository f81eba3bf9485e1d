import type { KeyboardEvent } from "react";

/** For a small form that stands open: Escape leaves it. */
export const onEscape = (leave: () => void) => (event: KeyboardEvent) => {
  if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
  event.preventDefault();
  leave();
};
