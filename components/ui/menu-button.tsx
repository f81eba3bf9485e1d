"use client";

import { Ellipsis, type LucideIcon } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { IconButton } from "./icon-button";

export type MenuEntry = {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onSelect: () => void;
  readonly keys?: string;
  readonly isDanger?: boolean;
};

type MenuButtonProps = {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly className?: string;
};

const load = () => import("./menu-popup");
const MenuPopup = lazy(load);

/** A button whose menu is fetched when a pointer or the focus comes near. */
export function MenuButton({ label, entries, className }: MenuButtonProps) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const closedAt = useRef(0);

  function change(next: boolean) {
    if (!next) closedAt.current = performance.now();
    setOpen(next);
  }

  return (
    <>
      <IconButton
        ref={button}
        icon={Ellipsis}
        label={label}
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerEnter={load}
        onFocus={load}
        onClick={() => {
          // The press that closed the menu from outside must not open it again.
          if (performance.now() - closedAt.current < 250) return;
          setWanted(true);
          setOpen(true);
        }}
      />
      {wanted && (
        <Suspense fallback={null}>
          <MenuPopup open={open} onOpenChange={change} anchor={button} label={label} entries={entries} />
        </Suspense>
      )}
    </>
  );
}
