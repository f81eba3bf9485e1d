// The reference of the API, readable: Scalar over /api/openapi.json. A page of its own, outside the app's frame, since
// Scalar brings its own; what it would load from elsewhere the policy below refuses.

import { randomBytes } from "node:crypto";
import { pagePolicy } from "@/lib/server/page-policy";

const SETTINGS = {
  url: "/api/openapi.json",
  theme: "none",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  persistAuth: true,
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
};

/**
 * Scalar writes its styles into the page, as text and as attributes, and makes HTML of text; nothing else is wider than
 * on other pages.
 */
const policyOf = (nonce: string): string =>
  pagePolicy(nonce, false)
    .replace(/; require-trusted-types-for.*$/u, "")
    .replace(/style-src [^;]*/u, "style-src 'self' 'unsafe-inline'")
    .replace("font-src 'self'", "font-src 'self' data:");

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

const pageOf = (nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · Parley</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/reference/reference.css">
</head>
<body>
<noscript><p>This page needs JavaScript. The reference itself is at <a href="/api/openapi.json">/api/openapi.json</a>.</p></noscript>
<script id="api-reference" nonce="${nonce}" data-configuration="${escaped(JSON.stringify(SETTINGS))}"></script>
<script nonce="${nonce}" src="/reference/scalar.js"></script>
</body>
</html>
`;

export const dynamic = "force-dynamic";

export function GET(): Response {
  const nonce = randomBytes(16).toString("base64");
  return new Response(pageOf(nonce), {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policyOf(nonce) },
  });
}
