import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { isEverything } from "../lib/testing/everything.ts";
import { showIn } from "./show-in.ts";

/** 820 px is drawn for its picture alone. */
const WIDTHS: readonly number[] = process.env.SCREENSHOTS ? [1440, 820, 390] : [1440, 390];
/** A notice that comes or goes has less contrast than it is drawn with, and Scalar's button to copy is not ours. */
const PASSED_OVER = ["[data-sonner-toaster]", ".scalar-code-copy"];

/** In npm test a page is looked at once in each width: on a phone in dark. */
function schemesOf(width: number): readonly ("light" | "dark")[] {
  if (isEverything || process.env.SCREENSHOTS) return ["light", "dark"];
  return width < 600 ? ["dark"] : ["light"];
}

/**
 * Shows a page as it stands in some widths, in light and dark, and expects in each that axe finds no fault of it; the
 * page has its own size again afterwards. `state` names it in a failure; `check` looks at more than axe does.
 * SCREENSHOTS names a folder for a picture of each.
 */
export async function look(
  page: Page,
  state: string,
  { widths = WIDTHS, check }: { readonly widths?: readonly number[]; readonly check?: () => Promise<unknown> } = {},
): Promise<void> {
  const size = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: size?.height ?? 900 });
    for (const [n, colorScheme] of schemesOf(width).entries()) {
      await showIn(page, colorScheme);
      if (process.env.SCREENSHOTS) {
        await page.waitForTimeout(300);
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/${state}-${width}-${colorScheme}.png` });
      }
      await check?.();
      // What does not depend on colours was looked at in the first ones.
      await expectNoAxeFault(page, `${state}, ${width} px, ${colorScheme}`, n === 0 ? "all" : "colours");
    }
  }
  if (size) await page.setViewportSize(size);
}

/**
 * Expects that axe finds no fault of a page as it stands; `rules` "colours": among what depends on its colours. Frames
 * of no origin, as diagrams stand in, are left out: they hold a picture alone.
 */
export async function expectNoAxeFault(page: Page, state: string, rules: "all" | "colours" = "all"): Promise<void> {
  // The other way opens a page of its own for each look.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  for (const selector of PASSED_OVER) axe.exclude(selector);
  if (rules === "colours") axe.withRules(["color-contrast"]);
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  expect(found, state).toEqual([]);
}
