"use client";

import { type KeyboardEvent, type RefObject, useLayoutEffect } from "react";
import { Icon } from "./icon";
import type { MenuEntry } from "./menu-entry";

type MenuItemsProps = {
  readonly menu: RefObject<HTMLElement | null>;
  readonly button: RefObject<HTMLElement | null>;
  readonly entries: readonly MenuEntry[];
};

/** What an open menu offers, beside its button; the arrow keys and letters move in it. */
export default function MenuItems({ menu, button, entries }: MenuItemsProps) {
  useLayoutEffect(() => {
    if (!menu.current || !button.current) return;
    place(menu.current, button.current);
    itemsIn(menu.current)[0]?.focus();
    const close = () => menu.current?.hidePopover();
    window.addEventListener("resize", close);
    return () => window.removeEventListener("resize", close);
  }, [menu, button]);

  function onKeyDown(event: KeyboardEvent) {
    const items = menu.current ? itemsIn(menu.current) : [];
    const at = items.indexOf(document.activeElement as HTMLElement); // one of them, or none
    const to = target(event.key, at, items);
    if (event.key === "Tab") menu.current?.hidePopover();
    if (to === null) return;
    event.preventDefault();
    items[to]?.focus();
  }

  return entries.map((entry) => (
    <MenuItem
      key={entry.label}
      entry={entry}
      onKeyDown={onKeyDown}
      onChoose={() => {
        menu.current?.hidePopover();
        button.current?.focus();
        entry.onSelect();
      }}
    />
  ));
}

type MenuItemProps = {
  readonly entry: MenuEntry;
  readonly onChoose: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
};

function MenuItem({ entry, onChoose, onKeyDown }: MenuItemProps) {
  const { label, icon, keys, isDanger, isNarrow } = entry;
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className="menu-item"
      data-danger={isDanger || undefined}
      data-narrow={isNarrow || undefined}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      onClick={onChoose}
      onKeyDown={onKeyDown}
    >
      <Icon of={icon} size={16} />
      {label}
      {keys && (
        <span className="key" aria-hidden="true">
          {keys}
        </span>
      )}
    </button>
  );
}

const itemsIn = (menu: HTMLElement) =>
  [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")].filter((item) => item.checkVisibility());

/** Which item a key leads to; letters go to the next item that begins with them. */
function target(key: string, at: number, items: readonly HTMLElement[]): number | null {
  const count = items.length;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (!/^\p{L}$/u.test(key)) return null;
  const begins = (index: number) => items[index % count]?.textContent?.toLowerCase().startsWith(key.toLowerCase());
  const step = items.findIndex((_, index) => begins(at + 1 + index));
  return step === -1 ? null : (at + 1 + step) % count;
}

/** Under the button, at its end edge; over it where there is no room below. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isRtl = getComputedStyle(button).direction === "rtl";
  const x = isRtl ? anchor.left : anchor.right - width;
  const below = anchor.bottom + 4;
  const y = below + height > window.innerHeight - 8 ? anchor.top - height - 4 : below;
  menu.style.left = `${Math.round(Math.min(Math.max(x, 8), window.innerWidth - width - 8))}px`;
  menu.style.top = `${Math.round(Math.max(y, 8))}px`;
}
