import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** A notice that comes or goes has less contrast than it is drawn with, and Scalar's button to copy is not ours. */
const PASSED_OVER = ["[data-sonner-toaster]", ".scalar-code-copy"];

/** Everything is looked at in light; in dark only what depends on colours, for the rest is the same. */
export const RULES = { light: "all", dark: "colours" } as const;

/**
 * Expects that axe finds no fault of a page as it stands. `state` names it in a failure; `rules` is "colours" where the same
 * page was looked at in its other colours already. Frames of no origin, as diagrams stand in, are left out: they hold a
 * picture alone.
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
