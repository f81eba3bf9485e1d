"use client";

import { X } from "lucide";
import { useId, useLayoutEffect, useRef } from "react";
import { IconButton } from "../ui/icon-button";
import { KeyList } from "../ui/key-list";

/**
 * All keys, in the browser's top layer, which closes it on Escape and on a press elsewhere and gives the focus back.
 */
export default function HelpSheet({ onClose }: { readonly onClose: () => void }) {
  const title = useId();
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    sheet.current?.showPopover();
    sheet.current?.focus();
  }, []);
  return (
    <div
      ref={sheet}
      role="dialog"
      aria-labelledby={title}
      popover="auto"
      className="help-sheet"
      tabIndex={-1}
      onToggle={(event) => event.newState === "closed" && onClose()}
    >
      <header>
        <h2 id={title}>Keys</h2>
        <IconButton icon={X} label="Close" onClick={() => sheet.current?.hidePopover()} />
      </header>
      <KeyList />
    </div>
  );
}
