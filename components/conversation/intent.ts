const signs = ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"] as const;

/** Calls back once, when someone at the page stirs; what is only needed then is fetched then. */
export function onIntent(act: () => void): () => void {
  const off = () => {
    for (const sign of signs) window.removeEventListener(sign, once, true);
  };
  function once() {
    off();
    act();
  }
  for (const sign of signs) window.addEventListener(sign, once, { passive: true, capture: true });
  return off;
}

/** A click comes this much after what was pressed is let go, at the most. */
const CLICK_MS = 60;
let isPressed = false;
const waiting = new Set<() => void>();

if (typeof window !== "undefined") {
  const press = (is: boolean) => () => {
    isPressed = is;
    if (is) return;
    for (const act of waiting) setTimeout(act, CLICK_MS);
    waiting.clear();
  };
  const options = { passive: true, capture: true };
  window.addEventListener("pointerdown", press(true), options);
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, press(false), options);
}

/**
 * Calls `act` now, or when nothing is pressed any more: what is put in another's place under a press is not clicked.
 */
export function whenReleased(act: () => void): void {
  if (isPressed) waiting.add(act);
  else act();
}
