import { sizeInWords } from "@/lib/domain/file.ts";
import { isProblem } from "../api";
import type { DocumentOwner, KnownDocument, Upload } from "./document";
import type { DocumentPorts, HeldDocuments } from "./documents-state";

/** Gives whose the uploads are; what makes the owner first may throw a Problem. */
export type OwnerOf = () => Promise<DocumentOwner>;

/**
 * Sends files one by one: a visitor becomes a guest with the first, and the others are to be the same guest's.
 * `onStored` hears of each document that came of one.
 */
export function createUploads(
  ports: DocumentPorts,
  { get, set, change, drop }: HeldDocuments,
  { mostBytes, onStored }: { readonly mostBytes: number; readonly onStored: (document: KnownDocument) => void },
) {
  const files = new Map<string, { readonly file: File; readonly leaving: AbortController }>();
  let isSending = false;

  const forget = (key: string) => {
    files.delete(key);
    drop(key);
  };

  async function sendAll(ownerOf: OwnerOf): Promise<void> {
    if (isSending) return;
    isSending = true;
    const next = () => get().uploads.find(({ progress }) => progress.kind === "waiting");
    for (let upload = next(); upload; upload = next()) await sendOne(upload.key, ownerOf);
    isSending = false;
  }

  async function sendOne(key: string, ownerOf: OwnerOf): Promise<void> {
    const kept = files.get(key);
    if (!kept) return drop(key);
    const { file, leaving } = kept;
    change(key, { kind: "sending", share: 0 });
    try {
      const owner = await ownerOf();
      const told = (share: number) => change(key, { kind: "sending", share });
      const document = await ports.send(owner, file, told, leaving.signal);
      forget(key);
      onStored(document);
    } catch (thrown) {
      if (!leaving.signal.aborted) change(key, { kind: "failed", ...reasonOf(thrown) });
    }
  }

  return {
    add(given: readonly File[], ownerOf: OwnerOf): void {
      const added = given.map((file): Upload => {
        const key = ports.newId();
        files.set(key, { file, leaving: new AbortController() });
        const why = faultOf(file, mostBytes);
        const progress =
          why === null ? ({ kind: "waiting" } as const) : ({ kind: "failed", why, isFinal: true } as const);
        return { key, name: file.name, size: file.size, progress };
      });
      set({ uploads: [...get().uploads, ...added] });
      void sendAll(ownerOf);
    },
    /** Sends one again that failed. */
    resend(key: string, ownerOf: OwnerOf): void {
      change(key, { kind: "waiting" });
      void sendAll(ownerOf);
    },
    /** Gives an upload up, or takes one that failed out of the list. */
    leave(key: string): void {
      files.get(key)?.leaving.abort();
      forget(key);
    },
  };
}

function faultOf({ size }: Pick<File, "size">, most: number): string | null {
  if (size === 0) return "It is empty.";
  return size > most ? `Too large: ${sizeInWords(size)}. A document may have ${sizeInWords(most)}.` : null;
}

/** What another try cannot change. */
const FINAL = [400, 401, 403, 404, 413, 422];

function reasonOf(thrown: unknown): { readonly why: string; readonly isFinal: boolean } {
  if (!isProblem(thrown)) return { why: "It could not be sent.", isFinal: false };
  const { status, message } = thrown;
  if (status === 0) return { why: "The connection broke.", isFinal: false };
  return { why: message, isFinal: FINAL.includes(status) };
}
