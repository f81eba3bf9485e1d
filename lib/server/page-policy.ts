// Sonner, which shows notices, writes its styles into the page; they are known by their hash (page-policy.test.ts).
export const SONNER_STYLES = "sha256-StEaX+se6YS7pqjzrzMIA0KaX9zF/8zAhvQXZAe5epY=";
/** The hash of nothing: that library puts an empty style element into the page, and then the styles into it. */
const NO_STYLES = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/**
 * The Content-Security-Policy of a page of ours: scripts run that carry `nonce`, or that such a script has loaded;
 * nothing is loaded from elsewhere or sent to another origin. Of our own pages one alone lets itself be shown in a
 * frame: that which draws diagrams (next.config.mjs), without an origin.
 *
 * `isDev`: React's development build evaluates text, and the page is told of changes over a socket.
 */
export function pagePolicy(nonce: string, isDev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${isDev ? "'unsafe-inline'" : `'nonce-${nonce}' '${SONNER_STYLES}' '${NO_STYLES}'`}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${isDev ? " ws:" : ""}`,
    "object-src 'none'",
    "frame-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // Text becomes HTML or code only by the rules of instrumentation-client.ts; "nextjs" is Next's own name for its
    // files.
    ...(isDev ? [] : ["require-trusted-types-for 'script'", "trusted-types default nextjs"]),
  ].join("; ");
}
