import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { sans, sansItalic, serif } from "../components/fonts/fonts";
import { Frame } from "../components/frame/frame";
import { ShellProvider } from "../components/frame/shell";
import { BROWSER_COLORS, themeIn } from "../components/frame/theme-names";
import { Dash } from "../components/ui/dash";
import { cookieOf } from "../components/ui/kept-names";
import { shellOfRequest, whyNotOpen } from "./page-state";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Parley", template: "%s · Parley" },
  description: "An open chat system: one core, a browser app and four API dialects.",
  applicationName: "Parley",
  icons: { icon: { url: "/favicon.svg", type: "image/svg+xml" } },
};

/** No page is made by the build: each shows who looks at it, and a build opens no database. */
export const dynamic = "force-dynamic";

export async function generateViewport(): Promise<Viewport> {
  const theme = themeIn((await cookies()).get(cookieOf("theme"))?.value);
  const of = (system: "light" | "dark") => BROWSER_COLORS[theme === "system" ? system : theme];
  return {
    width: "device-width",
    initialScale: 1,
    viewportFit: "cover",
    interactiveWidget: "resizes-content",
    themeColor: [
      { media: "(prefers-color-scheme: light)", color: of("light") },
      { media: "(prefers-color-scheme: dark)", color: of("dark") },
    ],
  };
}

export default async function Layout({ children }: { children: ReactNode }) {
  const [shell, jar] = await Promise.all([shellOfRequest().catch(whyNotOpen), cookies()]);
  if (typeof shell === "string") return <NotReady why={shell} />;
  const theme = themeIn(jar.get(cookieOf("theme"))?.value);
  const isClosed = jar.get(cookieOf("sidebar"))?.value === "closed";
  const isOpenToVisitor = shell.guests || shell.viewer.kind !== "none";
  return (
    <html
      lang="en"
      className={`${serif.variable} ${sans.variable} ${sansItalic.variable}`}
      data-theme={theme === "system" ? undefined : theme}
      data-sidebar={isClosed ? "closed" : undefined}
      suppressHydrationWarning
    >
      <body>
        <a href="#main" className="skip-link">
          Skip to the conversation
        </a>
        <ShellProvider shell={shell} renderedAtMs={Date.now()}>
          <Frame closed={isClosed} isBare={!isOpenToVisitor}>
            {children}
          </Frame>
        </ShellProvider>
      </body>
    </html>
  );
}

/** What every page is while the server cannot open, such as on a database that its migrations have not reached. */
function NotReady({ why }: { readonly why: string }) {
  return (
    <html lang="en" className={`${serif.variable} ${sans.variable} ${sansItalic.variable}`}>
      <body>
        <main id="main" className="frame-main">
          <div className="page-note">
            <Dash />
            <h1>Parley is not ready</h1>
            <p>{why}</p>
          </div>
        </main>
      </body>
    </html>
  );
}
