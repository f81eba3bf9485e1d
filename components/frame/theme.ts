"use client";

import { keep, useKept } from "../ui/kept";
import { BROWSER_COLORS, type Theme, themeIn } from "./theme-names";

/** Shows the theme at once, and on every page of this device from now on. */
export function setTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const isDark = meta.media === "" ? matchMedia("(prefers-color-scheme: dark)").matches : meta.media.includes("dark");
    meta.content = BROWSER_COLORS[theme === "system" ? (isDark ? "dark" : "light") : theme];
  }
  keep("theme", theme === "system" ? null : theme);
}

/** `first`: what the server has read. */
export const useTheme = (first: string | null = null): Theme => themeIn(useKept("theme", first));
