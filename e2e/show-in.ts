import type { Page } from "@playwright/test";

/**
 * Shows a page in a colour scheme, and waits until its colours have changed: they do so in steps that last a frame or
 * two.
 */
export async function showIn(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.evaluate(async () => {
    const isChanging = () => document.getAnimations().some((one) => one instanceof CSSTransition);
    for (let n = 0; n < 3 || (n < 120 && isChanging()); n++) await new Promise(requestAnimationFrame);
  });
}
