import { Dash } from "./dash";

type BrokenPageProps = {
  /** What was thrown; what the server has thrown has a digest, by which its log tells of it. */
  readonly error: unknown;
  readonly onAgain: () => void;
};

/** What stands in the place of a page that broke. It leads away by a link that needs no code. */
export function BrokenPage({ error, onAgain }: BrokenPageProps) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
  return (
    <div className="page-note">
      <Dash />
      <h1>This page broke</h1>
      <p>Your sessions and drafts are kept. Try again, or go to the start page.</p>
      <div className="page-note-actions">
        <button type="button" className="button" onClick={onAgain}>
          Try again
        </button>
        <a href="/" className="button">
          Start page
        </a>
        {digest && <span className="broke-run self-center">{digest}</span>}
      </div>
    </div>
  );
}
