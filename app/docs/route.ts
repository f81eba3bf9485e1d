// The reference of the API, readable: Scalar over /api/openapi.json. A page of its own, outside the app's frame, since
// Scalar brings its own; what it would load from elsewhere the policy below refuses.

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

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  // Scalar writes its styles into the page.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

const PAGE = `<!doctype html>
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
<script id="api-reference" data-configuration="${escaped(JSON.stringify(SETTINGS))}"></script>
<script src="/reference/scalar.js"></script>
</body>
</html>
`;

export const dynamic = "force-static";

export const GET = (): Response =>
  new Response(PAGE, {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY },
  });
