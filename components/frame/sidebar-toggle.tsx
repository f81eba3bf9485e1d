"use client";

import { PanelLeft } from "lucide-react";
import { createContext, use } from "react";
import { IconButton } from "../ui/icon-button";
import { useApple } from "../ui/keys";

export type SidebarControl = { readonly toggle: () => void; readonly close: () => void };

export const SidebarContext = createContext<SidebarControl>({ toggle: () => {}, close: () => {} });

export function SidebarToggle({ className, expanded }: { className?: string; expanded: boolean }) {
  const { toggle } = use(SidebarContext);
  const key = useApple() ? "⌘ B" : "Ctrl+B";
  return (
    <IconButton
      icon={PanelLeft}
      label={`${expanded ? "Close" : "Open"} the sidebar (${key})`}
      aria-expanded={expanded}
      aria-controls="sidebar"
      className={className ? `rtl:-scale-x-100 ${className}` : "rtl:-scale-x-100"}
      onClick={toggle}
    />
  );
}
