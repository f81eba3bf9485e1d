import { deleteSession, isProblem } from "../api";
import { writeDraft } from "../conversation/draft";
import { notify } from "../ui/notify";
import { dropDeletion, holdDeletion, tellDeletion } from "./pending-deletions";
import type { SessionStore } from "./session-store";

const undoMs = 10_000;
/** Who stays on the notice has so long. */
const mostUndoMs = 60_000;

type Deletion = {
  readonly title: string;
  readonly store: SessionStore;
  /** Shows the session again, as it was. */
  readonly back: () => void;
};

/** Deletes a session that is on screen no more, once the time to undo it is over. */
export function deleteLater(id: string, { title, store, back }: Deletion): void {
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
        back();
      },
    },
  }).catch(over);
}
