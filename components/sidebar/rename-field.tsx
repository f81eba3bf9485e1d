"use client";

import { useEffect, useRef } from "react";

type RenameFieldProps = {
  readonly title: string;
  readonly className: string;
  /** The new title, or null when nothing is to change. */
  readonly onFinish: (title: string | null) => void;
};

export function RenameField({ title, className, onFinish }: RenameFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);

  useEffect(() => {
    // After the menu that led here has given the focus back.
    const timer = setTimeout(() => field.current?.select(), 30);
    return () => clearTimeout(timer);
  }, []);

  function finish(value: string | null) {
    if (isDone.current) return;
    isDone.current = true;
    onFinish(value);
  }

  return (
    <input
      ref={field}
      className={className}
      defaultValue={title}
      maxLength={80}
      dir="auto"
      aria-label="Title"
      enterKeyHint="done"
      autoComplete="off"
      onBlur={(event) => {
        if (document.activeElement !== event.currentTarget) finish(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing || event.keyCode === 229) return;
        if (event.key === "Enter") finish(event.currentTarget.value);
        if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          finish(null);
        }
      }}
    />
  );
}
