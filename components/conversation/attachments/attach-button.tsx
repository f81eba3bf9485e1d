"use client";

import { Paperclip } from "lucide";
import { useEffect, useEffectEvent, useRef } from "react";
import { IconButton } from "../../ui/icon-button";

/** Opens the system's choice of files. */
export function AttachButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);

  function chosen() {
    const element = input.current;
    const files = [...(element?.files ?? [])];
    // The same file can be chosen again.
    if (element) element.value = "";
    if (files.length > 0) onFiles(files);
  }

  // What was chosen before the page had come to life is taken now.
  const chosenBefore = useEffectEvent(chosen);
  useEffect(() => chosenBefore(), []);
  return (
    <>
      <IconButton icon={Paperclip} label="Attach files" className="attach" onClick={() => input.current?.click()} />
      <input ref={input} type="file" multiple hidden aria-label="Files to attach" onChange={chosen} />
    </>
  );
}
