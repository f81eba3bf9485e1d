"use client";

import { Ellipsis } from "lucide";
import { lazy, Suspense, useId, useRef, useState } from "react";
import { onIntent } from "../conversation/intent";
import { IconButton } from "./icon-button";
import type { MenuEntry } from "./menu-entry";
import { notify } from "./notify";

type MenuButtonProps = {
  readonly label: string;
  /** Asked for with each opening. */
  readonly entries: () => Promise<readonly MenuEntry[]>;
  readonly className?: string;
};

const loadItems = () => import("./menu-items");
const MenuItems = lazy(loadItems);

// Nobody who presses the button waits for it.
if (typeof window !== "undefined") onIntent(() => void loadItems().catch(() => {}));

/** A button and its menu in the browser's top layer, which closes it on Escape and on a press elsewhere. */
export function MenuButton({ label, entries, className }: MenuButtonProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [shown, setShown] = useState<readonly MenuEntry[] | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);

  async function open() {
    setOpen(true);
    setShown(null);
    try {
      const [all] = await Promise.all([entries(), loadItems()]);
      setShown(all);
    } catch {
      menu.current?.hidePopover();
      void notify({ text: "The menu did not load. Try again." });
    }
  }

  return (
    <>
      <IconButton
        ref={button}
        icon={Ellipsis}
        label={label}
        className={className}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          event.stopPropagation();
          menu.current?.showPopover();
        }}
      />
      <div
        ref={menu}
        id={id}
        role="menu"
        aria-label={label}
        popover="auto"
        className="menu"
        onToggle={(event) => (event.newState === "open" ? void open() : setOpen(false))}
      >
        {isOpen && shown && (
          <Suspense>
            <MenuItems menu={menu} button={button} entries={shown} />
          </Suspense>
        )}
      </div>
    </>
  );
}
