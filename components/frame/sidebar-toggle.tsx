"use client";

import { PanelLeft } from "lucide";
import { createContext, use } from "react";
import { IconButton } from "../ui/icon-button";
import { KEYS } from "../ui/key-names";
import { useKeys } from "../ui/keys";

export type SidebarControl = { readonly toggle: () => void; readonly close: () => void };

export const SidebarContext = createContext<SidebarControl>({ toggle: () => {}, close: () => {} });

export function SidebarToggle({ className, expanded }: { className?: string; expanded: boolean }) {
  const { toggle } = use(SidebarContext);
  const spelt = useKeys();
  return (
    <IconButton
      icon={PanelLeft}
      label={`${expanded ? "Close" : "Open"} the sidebar (${spelt(KEYS.sidebar)})`}
      aria-expanded={expanded}
      aria-controls="sidebar"
      className={className ? `rtl:-scale-x-100 ${className}` : "rtl:-scale-x-100"}
      onClick={toggle}
    />
  );
}
