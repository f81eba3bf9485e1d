"use client";

import {
  Archive,
  Bot,
  Braces,
  Keyboard,
  LibraryBig,
  LogIn,
  LogOut,
  Monitor,
  Moon,
  PanelLeft,
  SquarePen,
  Sun,
  UserRound,
} from "lucide";
import { useRouter } from "next/navigation";
import { use } from "react";
import { askFor } from "../frame/asked";
import { focusComposer } from "../frame/focus";
import { useShell } from "../frame/shell";
import { SidebarContext } from "../frame/sidebar-toggle";
import { setTheme, useTheme } from "../frame/theme";
import { THEMES } from "../frame/theme-names";
import { leave } from "../sign-in/leave";
import { KEYS } from "../ui/key-names";
import type { PaletteCommand } from "./commands";

const group = "Everywhere" as const;
const THEME_WORDS = {
  system: { label: "Theme of the system", icon: Monitor },
  light: { label: "Light theme", icon: Sun },
  dark: { label: "Dark theme", icon: Moon },
} as const;

/** What can be done on every page. */
export function useEverywhereCommands(): readonly PaletteCommand[] {
  const router = useRouter();
  const { viewer } = useShell();
  const { toggle } = use(SidebarContext);
  const theme = useTheme();
  const isPerson = viewer.kind === "person";
  return [
    {
      id: "new",
      group,
      label: "New session",
      words: "chat",
      icon: SquarePen,
      keys: KEYS.newSession,
      run() {
        router.push("/");
        focusComposer();
      },
    },
    { id: "agents", group, label: "Agents", icon: Bot, run: () => router.push("/agents") },
    {
      id: "indexes",
      group,
      label: "Indexes",
      words: "documents",
      icon: LibraryBig,
      run: () => router.push("/indexes"),
    },
    { id: "archived", group, label: "Archived sessions", icon: Archive, run: () => showArchive(toggle) },
    { id: "sidebar", group, label: "Open or close the sidebar", icon: PanelLeft, keys: KEYS.sidebar, run: toggle },
    ...THEMES.filter((one) => one !== theme).map((one) => ({
      id: `theme-${one}`,
      group,
      ...THEME_WORDS[one],
      words: "mode colour appearance",
      run: () => setTheme(one),
    })),
    {
      id: "account",
      group,
      label: "Account",
      words: "settings keys usage export data theme",
      icon: UserRound,
      run: () => router.push("/account"),
    },
    {
      id: "docs",
      group,
      label: "API docs",
      words: "reference",
      icon: Braces,
      run: () => window.location.assign("/docs"),
    },
    {
      id: "help",
      group,
      label: "All keys",
      words: "help shortcuts keyboard",
      icon: Keyboard,
      keys: KEYS.help,
      run: () => askFor("help"),
    },
    isPerson
      ? { id: "sign-out", group, label: "Sign out", words: "log out", icon: LogOut, run: () => void leave() }
      : { id: "sign-in", group, label: "Sign in", words: "log in", icon: LogIn, run: () => router.push("/sign-in") },
  ];
}

/** Shows the archive where the sidebar is, and the sidebar with it where that is closed. */
function showArchive(toggle: () => void): void {
  const isShown = document.getElementById("sidebar")?.checkVisibility({ visibilityProperty: true }) ?? false;
  if (!isShown) toggle();
  askFor("archive");
}
