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
