/**
 * Puts the focus somewhere with the next frame, where nothing has it: what had it has gone. Who went elsewhere
 * meanwhile stays there.
 */
export function refocus(find: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() => {
    const { activeElement, body } = document;
    if (activeElement === null || activeElement === body) find()?.focus({ preventScroll: true });
  });
}
