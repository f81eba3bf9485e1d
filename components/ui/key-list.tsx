"use client";

import { useApple } from "./keys";

/** A key on Apple's keyboards and on others, and what it does. */
type KeyLine = readonly [mac: string, other: string, does: string];

const GROUPS: readonly { readonly title: string; readonly lines: readonly KeyLine[] }[] = [
  {
    title: "Everywhere",
    lines: [
      ["⌘ ⇧ O", "Ctrl ⇧ O", "New session"],
      ["⌘ B", "Ctrl B", "Open or close the sidebar"],
      ["?", "?", "These keys"],
      ["Esc", "Esc", "Close what lies on top, else stop the answer"],
    ],
  },
  {
    title: "Writing a message",
    lines: [
      ["↵", "↵", "Send"],
      ["⇧ ↵", "⇧ ↵", "A new line"],
      ["↑", "↑", "In an empty message: edit the last question"],
      ["⌘ U", "Ctrl U", "Attach files"],
      ["⌘ /", "Ctrl /", "Choose the model, then the agent"],
      ["⌘ J", "Ctrl J", "Go to what waits for you"],
    ],
  },
  {
    title: "In the conversation",
    lines: [
      ["J  K", "J  K", "The next question, the one before"],
      ["[  ]", "[  ]", "The version before, the next one"],
      ["E", "E", "Edit the question"],
      ["R", "R", "Answer again"],
      ["⇧ R", "⇧ R", "Answer again with another model"],
      ["C", "C", "Copy the answer"],
      ["X", "X", "What the model saw"],
      [".", ".", "Unfold or fold what was done"],
    ],
  },
  {
    title: "On a session in the sidebar",
    lines: [
      ["↑  ↓", "↑  ↓", "Move"],
      ["↵", "↵", "Open"],
      ["F2", "F2", "Rename"],
      ["P", "P", "Pin"],
      ["⌫", "⌫", "Delete"],
    ],
  },
];

/** All keys as text. */
export function KeyList() {
  const apple = useApple();
  return (
    <div className="key-list">
      {GROUPS.map(({ title, lines }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {lines.map(([mac, other, does]) => (
              <div key={does}>
                <dt>
                  <kbd>{apple ? mac : other}</kbd>
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
