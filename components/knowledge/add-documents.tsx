"use client";

import { Plus } from "lucide";
import { useEffect, useRef } from "react";
import { Icon } from "../ui/icon";

/** Opens the system's choice of files. */
export function AddDocuments({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const take = useRef(onFiles);
  take.current = onFiles;

  function chosen() {
    const element = input.current;
    const files = [...(element?.files ?? [])];
    // The same file can be chosen again.
    if (element) element.value = "";
    if (files.length > 0) take.current(files);
  }

  // What was chosen before the page had come to life is taken now.
  useEffect(chosen, []);
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <Icon of={Plus} size={16} />
        Add documents
      </button>
      <input ref={input} type="file" multiple hidden aria-label="Documents to add" onChange={chosen} />
    </>
  );
}
