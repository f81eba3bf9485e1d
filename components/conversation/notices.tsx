import { hostOf, safeHref } from "./markdown/links";
import type { Source } from "./sources";
import type { Notice } from "./turn-state";

type NoticesProps = { readonly notices: readonly Notice[]; readonly sources: readonly Source[] };

/** What a turn has to say of itself, and what it found: beside the answer where there is room, else under it. */
export function Notices({ notices, sources }: NoticesProps) {
  if (notices.length + sources.length === 0) return null;
  return (
    <aside className="notices" aria-label="Notes on this answer">
      {notices.map(({ id, text }) => (
        <p key={id} dir="auto">
          {text}
        </p>
      ))}
      {sources.length > 0 && (
        <div>
          <p className="note-head">{sources.length === 1 ? "A page it found" : "Pages it found"}</p>
          <ul className="note-sources">
            {sources.map(({ url, title }) => (
              <li key={url}>
                <a className="text-link" href={safeHref(url) ?? "#"} target="_blank" rel="noopener noreferrer nofollow">
                  <bdi>{title}</bdi>
                </a>
                <span>{hostOf(url)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </aside>
  );
}
