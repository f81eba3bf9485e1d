"use client";

import { type ComponentProps, useEffect, useRef } from "react";

type SearchInputProps = Omit<ComponentProps<"input">, "value" | "onChange"> & {
  readonly text: string;
  readonly onText: (text: string) => void;
  /** How often somebody has asked for it: the focus is in it then, and what stands there is chosen. */
  readonly asked: number;
};

/** Where one writes what is searched for. */
export function SearchInput({ text, onText, asked, ...rest }: SearchInputProps) {
  const field = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: who asks once more is to have the focus in it.
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [asked]);

  return (
    <input
      ref={field}
      type="text"
      className="search-input"
      maxLength={200}
      dir="auto"
      autoComplete="off"
      autoCorrect="off"
      spellCheck={false}
      enterKeyHint="search"
      {...rest}
      value={text}
      onChange={(event) => onText(event.target.value)}
    />
  );
}
