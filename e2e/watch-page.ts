import type { BrowserContext, Page } from "@playwright/test";

/** What pages have done that they are not to do. */
export type Watched = {
  /** What a page's own policy had to stop. */
  readonly violations: string[];
  /** Requests to anywhere but the server; none of them is let out. */
  readonly outside: string[];
  /** Errors of pages. */
  readonly errors: string[];
};

/** Watches all pages of a context that are opened from now on. `origin` is the server's. */
export async function watchContext(context: BrowserContext, origin: string): Promise<Watched> {
  const watched: Watched = { violations: [], outside: [], errors: [] };
  await context.route(
    (url) => url.origin !== origin && url.protocol.startsWith("http"),
    (route) => {
      watched.outside.push(route.request().url());
      return route.abort();
    },
  );
  await context.exposeBinding("noteViolation", ({ frame }, text: string) => {
    watched.violations.push(`${frame.url()}: ${text}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event;
      const note = (globalThis as unknown as { noteViolation: (text: string) => void }).noteViolation; // exposed above
      note(`${effectiveDirective} ${blockedURI} ${sample} (${sourceFile}:${lineNumber})`);
    });
  });
  context.on("weberror", (error) => watched.errors.push(String(error.error())));
  context.on("console", (message) => {
    if (/Content.Security.Policy|Trusted ?Type|hydrat/iu.test(message.text())) watched.errors.push(message.text());
  });
  return watched;
}

/** Nothing of what is watched. */
export const NOTHING: Watched = { violations: [], outside: [], errors: [] };

/** Opens what is folded, as a curious reader does, until nothing is. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    const folded = 'main button[aria-expanded="false"]:not([aria-haspopup])';
    // What is not seen is for another width, and would fold what this one shows.
    for (const button of document.querySelectorAll<HTMLElement>(folded)) if (button.checkVisibility()) button.click();
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}
