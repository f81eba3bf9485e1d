"use client";

import { KEYS } from "./key-names";
import { useKeys } from "./keys";
import { isLetters, useLetters } from "./letters";

/** Keys, and what they do. */
type KeyLine = readonly [keys: string, does: string];

const GROUPS: readonly { readonly title: string; readonly lines: readonly KeyLine[] }[] = [
  {
    title: "Everywhere",
    lines: [
      [KEYS.palette, "All commands and sessions"],
      [KEYS.newSession, "New session"],
      [KEYS.search, "Search all messages"],
      [KEYS.sidebar, "Open or close the sidebar"],
      [KEYS.region, "The next part of the page; with ⇧ the one before"],
      [KEYS.help, "These keys"],
      ["Esc", "Close what lies on top, else stop the answer"],
    ],
  },
  {
    title: "Writing a message",
    lines: [
      ["↵", "Send"],
      ["⇧ ↵", "A new line"],
      ["↑", "In an empty message: edit the last question"],
      ["⌘ U", "Attach files"],
      [KEYS.choose, "Choose the model, then the agent"],
      ["⌘ J", "Go to what waits for you"],
    ],
  },
  {
    title: "In the conversation",
    lines: [
      [KEYS.find, "Find in this session; within it, the browser’s"],
      ["J  K", "The next question, the one before"],
      ["[  ]", "The version before, the next one"],
      [KEYS.edit, "Edit the question"],
      [KEYS.again, "Answer again"],
      [KEYS.againWith, "Answer again with another model"],
      [KEYS.copy, "Copy the answer"],
      [KEYS.context, "What the model saw"],
      [".", "Unfold or fold what was done"],
    ],
  },
  {
    title: "In what was found",
    lines: [
      ["↑  ↓", "Move in the list"],
      ["↵", "Open, or the next one"],
      ["⇧ ↵", "The one before"],
    ],
  },
  {
    title: "On a session in the sidebar",
    lines: [
      ["↑  ↓", "Move"],
      ["↵", "Open"],
      [KEYS.rename, "Rename"],
      [KEYS.pin, "Pin"],
      [KEYS.archive, "Archive"],
      [KEYS.remove, "Delete"],
    ],
  },
];

/** All keys as text. `letters`: what the server has read of `useLetters`. */
export function KeyList({ letters = null }: { readonly letters?: string | null }) {
  const spelt = useKeys();
  const lettersAct = useLetters(letters);
  return (
    <div className="key-list">
      {!lettersAct && (
        <p className="key-list-note">Letters and signs alone do nothing: they are turned off in Account.</p>
      )}
      {GROUPS.map(({ title, lines }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {lines.map(([keys, does]) => (
              <div key={does}>
                <dt>
                  <kbd data-off={(!lettersAct && isLetters(keys)) || undefined}>{spelt(keys)}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
