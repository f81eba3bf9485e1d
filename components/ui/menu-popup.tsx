"use client";

import { Menu } from "@base-ui/react/menu";
import type { RefObject } from "react";
import type { MenuEntry } from "./menu-button";

type MenuPopupProps = {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly anchor: RefObject<HTMLButtonElement | null>;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
};

export default function MenuPopup({ open, onOpenChange, anchor, label, entries }: MenuPopupProps) {
  return (
    <Menu.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} side="bottom" align="end" sideOffset={4} className="z-30">
          <Menu.Popup className="menu" aria-label={label} finalFocus={anchor}>
            {entries.map(({ label: name, icon: Icon, onSelect, keys, isDanger }) => (
              <Menu.Item
                key={name}
                className="menu-item"
                data-danger={isDanger || undefined}
                onClick={onSelect}
                label={name}
              >
                <Icon size={16} strokeWidth={1.6} aria-hidden="true" />
                {name}
                {keys && (
                  <span className="key" aria-hidden="true">
                    {keys}
                  </span>
                )}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
