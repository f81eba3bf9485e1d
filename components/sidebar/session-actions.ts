"use client";

import { useRouter } from "next/navigation";
import { isProblem, updateSession } from "../api";
import { onIntent } from "../conversation/intent";
import { useShell } from "../frame/shell";
import { notify } from "../ui/notify";
import { titleOf } from "./session-store";

const loadDeletion = () => import("./delete-session");

// The page may be left right after something was deleted, and must know then what it has to tell the server.
if (typeof window !== "undefined") onIntent(() => void loadDeletion().catch(() => {}));

export type SessionActions = ReturnType<typeof useSessionActions>;

/** What can be done to a session from its row and from its head; the screen changes first. */
export function useSessionActions() {
  const { store } = useShell();
  const router = useRouter();

  async function change(id: string, patch: { generated_title?: string; pinned?: boolean; archived?: boolean }) {
    const before = store.find(id);
    store.patch(id, patch);
    try {
      store.take([await updateSession(id, patch)]);
    } catch (thrown) {
      if (before) {
        const { generated_title, pinned, archived } = before;
        store.patch(id, { generated_title, pinned, archived });
      }
      void notify({ text: `Not saved. ${isProblem(thrown) ? thrown.message : ""}`.trim() });
    }
  }

  return {
    rename(id: string, title: string) {
      const wanted = title.trim().slice(0, 80);
      if (wanted && wanted !== store.find(id)?.generated_title) void change(id, { generated_title: wanted });
    },
    setPinned: (id: string, pinned: boolean) => void change(id, { pinned }),
    setArchived(id: string, archived: boolean) {
      void change(id, { archived });
      const undo = { label: "Undo", run: () => void change(id, { archived: !archived }) };
      void notify({ text: archived ? "Archived" : "Back in the list", action: undo });
    },
    remove(id: string) {
      const title = titleOf(store.find(id));
      store.setLeaving(id, true);
      const isOpen = window.location.pathname === `/s/${id}`;
      if (isOpen) router.push("/");

      const back = () => {
        store.setLeaving(id, false);
        if (isOpen) router.push(`/s/${id}`);
      };
      void loadDeletion().then(
        ({ deleteLater }) => deleteLater(id, { title, store, back }),
        () => {
          back();
          void notify({ text: `“${title}” could not be deleted.` });
        },
      );
    },
  };
}
