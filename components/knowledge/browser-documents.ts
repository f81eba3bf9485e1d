import { v4 as newId } from "uuid";
import { sendFile } from "../conversation/attachments/upload";
import type { KnownDocument } from "./document";
import { type Begun, createDocumentStore, type DocumentStore } from "./document-store";
import type { DocumentPorts, HeldDocuments } from "./documents-state";
import { cancelDocument, documentAddress, listDocuments, readDocumentAgain, removeDocument } from "./requests";

/** The ports of a store in a browser. */
export const browserDocuments: DocumentPorts = {
  list: listDocuments,
  send: (owner, file, onShare, signal) =>
    sendFile<KnownDocument>(documentAddress(owner, file.name), file, onShare, signal),
  cancel: cancelDocument,
  readAgain: readDocumentAgain,
  remove: removeDocument,
  newId,
  async wait(ms, signal) {
    await pause(ms, signal);
    await seen(signal);
  },
};

/** A store in a browser, of a state that is shown already. */
export const browserStore = (begun: Begun, held: HeldDocuments): DocumentStore =>
  createDocumentStore(browserDocuments, begun, held);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, ms);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
}

/** Resolves when the page is seen. */
function seen(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = () => {
      document.removeEventListener("visibilitychange", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    document.addEventListener("visibilitychange", end);
    signal.addEventListener("abort", end);
  });
}
