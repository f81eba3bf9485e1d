const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A sentence; what it counts up behind a colon as a list. */
function told(why: string): string {
  const [, head = "", counted = ""] = /^(.*?: )(.*; .*?)\.?$/su.exec(why) ?? [];
  if (counted === "") return `<p>${escaped(why)}</p>`;
  const items = counted.split("; ").map((item) => `<li>${escaped(item)}</li>`);
  return `<p>${escaped(head)}</p>\n<ul>${items.join("")}</ul>`;
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.25rem;
  background: light-dark(#fafcfb, #111616); color: light-dark(#1c2423, #dfe6e4); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
ul { padding-left: 1.25rem; }
li { margin: 0.25rem 0; }
`;

/** The page of a server that cannot answer, with a sentence that says why. It runs nothing and loads nothing. */
export const unavailablePage = (why: string): Response =>
  new Response(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley is not ready</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Parley is not ready</h1>
${told(why)}
</body>
</html>
`,
    {
      status: 503,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "cache-control": "private, no-store",
      },
    },
  );
