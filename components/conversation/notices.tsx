import type { Notice } from "./turn-state";

/** What a turn has to say of itself: beside the answer where there is room, else under it. */
export function Notices({ notices }: { notices: readonly Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <aside className="notices" aria-label="Notes on this answer">
      {notices.map(({ id, text }) => (
        <p key={id} dir="auto">
          {text}
        </p>
      ))}
    </aside>
  );
}
