"use client";

import { useState } from "react";
import { BrokenPage } from "../components/ui/broken-page";
import "./globals.css";

type Props = { readonly error: unknown; readonly retry: () => void };

/** What is shown where even the frame broke. Next's own page for this has styles that the page's policy refuses: it is blank. */
export default function GlobalError({ error, retry }: Props) {
  const [{ className, theme }] = useState(lookOfPage);
  return (
    <html lang="en" className={className} data-theme={theme}>
      <body>
        <title>This page broke · Parley</title>
        <main id="main" className="frame-main">
          <BrokenPage error={error} onAgain={retry} />
        </main>
      </body>
    </html>
  );
}

/** The fonts and the theme of the page that broke: it is gone once this one is drawn. */
function lookOfPage(): { readonly className?: string; readonly theme?: string } {
  if (typeof document === "undefined") return {};
  const { className, dataset } = document.documentElement;
  return { className, theme: dataset.theme };
}
