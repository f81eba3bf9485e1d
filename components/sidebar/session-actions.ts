"use client";

import { useRouter } from "next/navigation";
import { deleteSession, isProblem, updateSession } from "../api";
import { writeDraft } from "../conversation/draft";
import { useShell } from "../frame/shell";
import { notify } from "../ui/notify";
import { titleOf } from "./session-store";

const undoMs = 10_000;

/** Deletions that the server has not heard of yet; told when the page is left. */
const pending = new Map<string, () => void>();

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => {
    for (const tell of pending.values()) tell();
  });
}

export type SessionActions = ReturnType<typeof useSessionActions>;

/** What can be done to a session from its row and from its head; the screen changes first. */
export function useSessionActions() {
  const { store } = useShell();
  const router = useRouter();

  async function change(id: string, patch: { generated_title?: string; pinned?: boolean }) {
    const before = store.find(id);
    store.patch(id, patch);
    try {
      store.take([await updateSession(id, patch)]);
    } catch (thrown) {
      if (before) store.patch(id, { generated_title: before.generated_title, pinned: before.pinned });
      void notify({ text: `Not saved. ${isProblem(thrown) ? thrown.message : ""}`.trim() });
    }
  }

  return {
    rename(id: string, title: string) {
      const wanted = title.trim().slice(0, 80);
      if (wanted && wanted !== store.find(id)?.generated_title) void change(id, { generated_title: wanted });
    },
    setPinned: (id: string, pinned: boolean) => void change(id, { pinned }),
    remove(id: string) {
      const title = titleOf(store.find(id));
      store.setLeaving(id, true);
      const isOpen = window.location.pathname === `/s/${id}`;
      if (isOpen) router.push("/");

      function tell() {
        if (!pending.delete(id)) return;
        deleteSession(id).then(
          () => {
            writeDraft(id, "");
            store.remove(id);
          },
          (thrown) => {
            if (isProblem(thrown) && thrown.status === 404) return store.remove(id);
            store.setLeaving(id, false);
            void notify({ text: `“${title}” could not be deleted.` });
          },
        );
      }

      const timer = setTimeout(tell, undoMs);
      pending.set(id, tell);
      void notify({
        text: "Deleted",
        durationMs: undoMs,
        action: {
          label: "Undo",
          run() {
            clearTimeout(timer);
            if (!pending.delete(id)) return;
            store.setLeaving(id, false);
            if (isOpen) router.push(`/s/${id}`);
          },
        },
      });
    },
  };
}
