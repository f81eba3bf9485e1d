import { notify } from "../ui/notify";
import type { Begun, DocumentStore } from "./document-store";
import { holdDocuments } from "./documents-state";

/** A store of documents whose code comes with the first thing that is done with it: most conversations have none. */
export function laterDocuments(begun: Begun): DocumentStore {
  const held = holdDocuments(begun.page);
  let store: DocumentStore | null = null;

  async function there(): Promise<DocumentStore> {
    const { browserStore } = await import("./browser-documents");
    store ??= browserStore(begun, held);
    return store;
  }

  return {
    subscribe: held.subscribe,
    get: held.get,
    getFirst: held.getFirst,
    open(owner) {
      if (owner === null && store === null) return () => {};
      let isLeft = false;
      let close = () => {};
      void there().then(
        (opened) => {
          if (!isLeft) close = opened.open(owner);
        },
        () => held.set({ reading: "failed" }),
      );
      return () => {
        isLeft = true;
        close();
      };
    },
    add(files) {
      void there().then(
        ({ add }) => add(files),
        () => notify({ text: "The files were not taken. Add them again." }),
      );
    },
    settle: () => store?.settle(),
    again: () => void there().then(({ again }) => again()),
    resend: (key) => void there().then(({ resend }) => resend(key)),
    leave: (key) => store?.leave(key),
    readMore: async () => (await there()).readMore(),
    cancel: async (id) => (await there()).cancel(id),
    readAgain: async (id) => (await there()).readAgain(id),
    remove: async (id) => (await there()).remove(id),
  };
}
