"use client";

import { useKeys } from "./keys";

/** Keys, and what they do. */
type KeyLine = readonly [keys: string, does: string];

const GROUPS: readonly { readonly title: string; readonly lines: readonly KeyLine[] }[] = [
  {
    title: "Everywhere",
    lines: [
      ["⌘ ⇧ O", "New session"],
      ["⌘ B", "Open or close the sidebar"],
      ["?", "These keys"],
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
      ["⌘ /", "Choose the model, then the agent"],
      ["⌘ J", "Go to what waits for you"],
    ],
  },
  {
    title: "In the conversation",
    lines: [
      ["J  K", "The next question, the one before"],
      ["[  ]", "The version before, the next one"],
      ["E", "Edit the question"],
      ["R", "Answer again"],
      ["⇧ R", "Answer again with another model"],
      ["C", "Copy the answer"],
      ["X", "What the model saw"],
      [".", "Unfold or fold what was done"],
    ],
  },
  {
    title: "On a session in the sidebar",
    lines: [
      ["↑  ↓", "Move"],
      ["↵", "Open"],
      ["F2", "Rename"],
      ["P", "Pin"],
      ["A", "Archive"],
      ["⌫", "Delete"],
    ],
  },
];

/** All keys as text. */
export function KeyList() {
  const spelt = useKeys();
  return (
    <div className="key-list">
      {GROUPS.map(({ title, lines }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {lines.map(([keys, does]) => (
              <div key={does}>
                <dt>
                  <kbd>{spelt(keys)}</kbd>
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
