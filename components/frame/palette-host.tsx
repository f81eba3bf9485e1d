"use client";

import { type ComponentType, useEffect, useEffectEvent, useState } from "react";
import { isCommand } from "../ui/keys";
import { notify } from "../ui/notify";

type Palette = ComponentType<{ readonly onClose: () => void }>;

/** Opens the palette with ⌘ K, or Ctrl K; its code comes with the first press. */
export function PaletteHost() {
  const [Palette, setPalette] = useState<Palette | null>(null);
  const [isOpen, setOpen] = useState(false);

  async function open() {
    try {
      const { Palette: loaded } = await import("../palette/palette");
      setPalette(() => loaded);
      setOpen(true);
    } catch {
      void notify({ text: "The commands did not load. Try again when you are connected." });
    }
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.code !== "KeyK" || !isCommand(event) || event.shiftKey || event.altKey || event.defaultPrevented) return;
    event.preventDefault();
    void open();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  return Palette !== null && isOpen && <Palette onClose={() => setOpen(false)} />;
}
