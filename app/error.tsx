"use client";

import { Dash } from "../components/ui/dash";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="page-note">
      <Dash />
      <h1>This page broke</h1>
      <p>Your sessions and drafts are kept. Try again, or reload the page.</p>
      <div className="page-note-actions">
        <button type="button" className="button" onClick={reset}>
          Try again
        </button>
        {error.digest && <span className="broke-run self-center">{error.digest}</span>}
      </div>
    </div>
  );
}
