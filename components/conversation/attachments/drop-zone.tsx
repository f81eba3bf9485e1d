"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { notify } from "../../ui/notify";

type DropZoneProps = {
  /** What is said while files are held over the page. */
  readonly words?: string;
  readonly onFiles: (files: readonly File[]) => void;
};

/** Takes files that are dropped anywhere on the page, and shows that it would while they are held over it. */
export function DropZone({ words = "Drop files to attach them", onFiles }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false);
  const take = useEffectEvent(onFiles);

  useEffect(() => {
    // Each element that is entered is left again: the page is left when all are.
    let depth = 0;
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
    const show = (isShown: boolean) => {
      if (!isShown) depth = 0;
      setIsOver(isShown);
    };
    const heard = {
      dragenter(event: DragEvent) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth += 1;
        show(true);
      },
      dragover(event: DragEvent) {
        if (hasFiles(event)) event.preventDefault();
      },
      dragleave(event: DragEvent) {
        if (!hasFiles(event)) return;
        depth -= 1;
        if (depth <= 0) show(false);
      },
      drop(event: DragEvent) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        show(false);
        const { files, folders } = dropped(event);
        if (files.length > 0) take(files);
        if (folders > 0) void notify({ text: "A folder cannot be taken. Drop the files that are in it." });
      },
    };
    const names = ["dragenter", "dragover", "dragleave", "drop"] as const;
    for (const name of names) window.addEventListener(name, heard[name]);
    return () => {
      for (const name of names) window.removeEventListener(name, heard[name]);
    };
  }, []);

  return (
    <div className="drop-zone" hidden={!isOver} aria-hidden="true">
      <span>{words}</span>
    </div>
  );
}

/** The files of a drop, and how many folders it has besides. */
function dropped({ dataTransfer }: DragEvent): { readonly files: readonly File[]; readonly folders: number } {
  const items = [...(dataTransfer?.items ?? [])].filter((item) => item.kind === "file");
  const files = items.flatMap((item) => (item.webkitGetAsEntry()?.isDirectory ? [] : (item.getAsFile() ?? [])));
  return { files, folders: items.filter((item) => item.webkitGetAsEntry()?.isDirectory).length };
}
