import { notify } from "../../ui/notify";
import type { AttachedFile } from "./attachment";
import { readDraftFiles, writeDraftFiles } from "./draft-files";

type LatePorts = {
  readonly send: (file: File) => Promise<AttachedFile>;
  /** Puts a file into the draft of a session. */
  readonly keep: (sessionId: string | null, file: AttachedFile) => void;
  readonly say: (text: string) => void;
};

type Take = (file: AttachedFile) => void;

/**
 * Files of a composer that was left before they had arrived: they go on, one by one, and come into the composer of
 * their session where it is open again, else into its draft. What fails is said.
 */
export function createLateUploads({ send, keep, say }: LatePorts) {
  const takers = new Map<string | null, Take>();

  function arrived(sessionId: string | null, file: AttachedFile): void {
    const take = takers.get(sessionId);
    if (take) take(file);
    else {
      keep(sessionId, file);
      say(`“${file.name}” has arrived, and waits in its session with what is written there.`);
    }
  }

  return {
    /** `sending` is the one that is on its way already, with its name; `files` wait behind it. */
    async goOn(
      sessionId: string | null,
      sending: { readonly name: string; readonly arrives: Promise<AttachedFile> } | null,
      files: readonly File[],
    ): Promise<void> {
      const all = [
        ...(sending ? [{ name: sending.name, begin: () => sending.arrives }] : []),
        ...files.map((file) => ({ name: file.name, begin: () => send(file) })),
      ];
      for (const { name, begin } of all) {
        try {
          arrived(sessionId, await begin());
        } catch {
          say(`“${name}” has not arrived. Attach it again.`);
        }
      }
    },
    /** Hears of what arrives late for a session; gives what ends that. */
    take(sessionId: string | null, take: Take): () => void {
      takers.set(sessionId, take);
      return () => {
        if (takers.get(sessionId) === take) takers.delete(sessionId);
      };
    },
  };
}

export const lateUploads = createLateUploads({
  send: async (file) => (await import("./upload")).upload(file, () => {}, new AbortController().signal),
  keep: (sessionId, file) => writeDraftFiles(sessionId, [...readDraftFiles(sessionId), file]),
  say: (text) => void notify({ text }),
});
