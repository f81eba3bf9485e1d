/** Puts the caret into the composer, now or when the page that holds it stands. */
export function focusComposer(tries = 20): void {
  document.querySelector<HTMLTextAreaElement>("[data-composer]")?.focus({ preventScroll: true });
  if (tries > 0 && !document.querySelector("[data-composer]:focus")) setTimeout(() => focusComposer(tries - 1), 50);
}
