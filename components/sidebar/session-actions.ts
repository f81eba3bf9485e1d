"use client";

import { useRouter } from "next/navigation";
import { deleteSession, isProblem, updateSession } from "../api";
import { writeDraft } from "../conversation/draft";
import { useShell } from "../frame/shell";
import { notify } from "../ui/notify";
import { dropDeletion, holdDeletion, tellDeletion } from "./pending-deletions";
import { titleOf } from "./session-store";

const undoMs = 10_000;
/** Who stays on the notice has so long. */
const mostUndoMs = 60_000;

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

      const tell = () =>
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

      holdDeletion(id, tell);
      const over = () => void tellDeletion(id);
      const timers = [
        // The notice of a page that is not seen stands still.
        setTimeout(() => document.visibilityState === "hidden" && over(), undoMs),
        setTimeout(over, mostUndoMs),
      ];
      notify({
        text: "Deleted",
        durationMs: undoMs,
        onClose: over,
        action: {
          label: "Undo",
          run() {
            timers.map(clearTimeout);
            if (!dropDeletion(id)) return void notify({ text: "It is deleted already." });
            store.setLeaving(id, false);
            if (isOpen) router.push(`/s/${id}`);
          },
        },
      }).catch(over);
    },
  };
}
