"use client";

import { usePathname } from "next/navigation";
import { useListedSession } from "../frame/shell";
import { isLetters, lettersAct } from "../ui/letters";
import type { PaletteCommand } from "./commands";
import { conversationCommands } from "./conversation-commands";
import { useEverywhereCommands } from "./use-everywhere-commands";
import { useSessionCommands } from "./use-session-commands";

/** All that can be done now. What the page does not offer is not among it, nor is a key that is turned off. */
export function useCommands(): readonly PaletteCommand[] {
  const id = /^\/s\/([^/]+)$/u.exec(usePathname())?.[1] ?? null;
  const session = useListedSession(id);
  const all = [...conversationCommands(), ...useSessionCommands(session), ...useEverywhereCommands()];
  if (lettersAct()) return all;
  return all.map(({ keys, ...command }) => ({ ...command, keys: keys && isLetters(keys) ? undefined : keys }));
}
