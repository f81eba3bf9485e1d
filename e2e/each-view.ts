import type { Page } from "@playwright/test";
import { showIn } from "./show-in.ts";

type ColorScheme = "light" | "dark";

/** 820 px is drawn for its picture alone. */
export const WIDTHS: readonly number[] = process.env.SCREENSHOTS ? [1440, 820, 390] : [1440, 390];

/** Shows a page as it stands in light and in dark, and checks it there. SCREENSHOTS names a folder for its pictures. */
export async function inBothSchemes(
  page: Page,
  name: string,
  check: (colorScheme: ColorScheme) => Promise<void>,
): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await showIn(page, colorScheme);
    if (process.env.SCREENSHOTS) {
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${colorScheme}.png` });
    }
    await check(colorScheme);
  }
}

/** The same in each of some widths; it ends in 1440 px. */
export async function inEachView(
  page: Page,
  name: string,
  widths: readonly number[],
  check: (width: number, colorScheme: ColorScheme) => Promise<void>,
): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await inBothSchemes(page, `${name}-${width}`, (colorScheme) => check(width, colorScheme));
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}
