export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The paper, for the browser's own bars. */
export const BROWSER_COLORS = { light: "#fafcfb", dark: "#111616" } as const;

/** The theme that is kept under a text; the system's where that is none. */
export const themeIn = (kept: string | null | undefined): Theme => THEMES.find((theme) => theme === kept) ?? "system";
