"use client";

import "./globals.css";

/** What is shown where even the frame of the page broke. Next's own page of this kind has styles that the policy refuses. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <main className="page-note">
          <h1>This page broke</h1>
          <p>Your sessions and drafts are kept. Reload the page.</p>
          <div className="page-note-actions">
            <button type="button" className="button" onClick={() => window.location.reload()}>
              Reload
            </button>
          </div>
        </main>
      </body>
    </html>
  );
}
