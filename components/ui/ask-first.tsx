import type { ReactNode } from "react";

type AskFirstProps = {
  /** What will be gone, as a question. */
  readonly children: ReactNode;
  readonly label: string;
  readonly onDo: () => void;
  readonly onKeep: () => void;
};

/** Asks, in place of the button that was pressed, before something is done that cannot be undone. */
export function AskFirst({ children, label, onDo, onKeep }: AskFirstProps) {
  return (
    <div className="ask-first">
      <p>{children}</p>
      <div className="ask-first-actions">
        {/* biome-ignore lint/a11y/noAutofocus: the question has taken the place of the button that asked it. */}
        <button type="button" className="button" autoFocus onClick={onKeep}>
          Keep it
        </button>
        <button type="button" className="button" data-kind="danger" onClick={onDo}>
          {label}
        </button>
      </div>
    </div>
  );
}
