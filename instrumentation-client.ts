// Runs in the browser before anything of a page does. What it sets is what the page's policy
// (lib/server/page-policy.ts) asks of libraries.
import { config } from "zod/v4/core";

// Else zod tries whether it may evaluate text, and the policy says no.
config({ jitless: true });

type Maker = (text: string) => string | null;
type TrustedTypes = {
  readonly createPolicy: (name: string, rules: Readonly<Record<"createHTML" | "createScriptURL", Maker>>) => object;
};

/** The only texts that become HTML: what React makes a script element of, and what names are read as characters by. */
const HARMLESS = /^(?:<script><\/script>|&[a-z0-9]+;)$/iu;

/** Whether an address is one of our own files of code. */
function isOwnCode(address: string): boolean {
  const url = URL.parse(address, document.baseURI);
  if (url === null || url.origin !== location.origin) return false;
  return url.pathname.startsWith("/_next/static/") || url.pathname === "/drawing/formulas.js";
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }; // Chromium's; no other browser has to have it
trustedTypes?.createPolicy("default", {
  createHTML: (html) => (HARMLESS.test(html) ? html : null),
  createScriptURL: (address) => (isOwnCode(address) ? address : null),
});
