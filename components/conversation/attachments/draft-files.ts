import { readDraft, writeDraft } from "../draft";
import { type AttachedFile, isAttachedFile } from "./attachment";

/** The server keeps what nobody sends for an hour; a little less, so that nothing is shown that is gone. */
const KEPT_MS = 55 * 60_000;

const nameOf = (sessionId: string | null): string => `files:${sessionId ?? "new"}`;

type Kept = AttachedFile & { readonly at: number };

/** The files of a draft that are with the server, for a session on this device. */
export const readDraftFiles = (sessionId: string | null, now = Date.now()): readonly AttachedFile[] =>
  keptOf(sessionId).flatMap(({ at, ...file }) => (at + KEPT_MS > now ? [file] : []));

export function writeDraftFiles(sessionId: string | null, files: readonly AttachedFile[], now = Date.now()): void {
  const known = new Map(keptOf(sessionId).map((file) => [file.id, file.at]));
  const kept: Kept[] = files.map((file) => ({ ...file, at: known.get(file.id) ?? now }));
  writeDraft(nameOf(sessionId), kept.length === 0 ? "" : JSON.stringify(kept));
}

/**
 * Forgets the draft of a session, since the server has its question. Where something else was written since, that
 * stays, as do files that were not sent.
 */
export function forgetDraft(sessionId: string | null, text: string, sent: readonly string[]): void {
  if (readDraft(sessionId).trim() !== text) return;
  writeDraft(sessionId, "");
  writeDraftFiles(
    sessionId,
    readDraftFiles(sessionId).filter(({ id }) => !sent.includes(id)),
  );
}

function keptOf(sessionId: string | null): readonly Kept[] {
  try {
    const kept: unknown = JSON.parse(readDraft(nameOf(sessionId)) || "[]");
    return Array.isArray(kept) ? kept.filter(isKept) : [];
  } catch {
    return [];
  }
}

const isKept = (value: unknown): value is Kept =>
  isAttachedFile(value) && "at" in value && typeof value.at === "number";
