import { isSafeImage, sizeInWords } from "@/lib/domain/file.ts";

/** A file that was attached to a question, as the server has it. */
export type AttachedFile = {
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  /** In bytes. */
  readonly size: number;
};

/** Whether what was kept on the device is such a file. */
export function isAttachedFile(value: unknown): value is AttachedFile {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, media_type, size } = value as Readonly<Record<string, unknown>>; // any object has such names or not
  return [id, name, media_type].every((text) => typeof text === "string") && typeof size === "number";
}

/** How far a file is on its way to the server. `share`: from 0 to 1. */
export type Progress =
  | { readonly kind: "waiting" }
  | { readonly kind: "sending"; readonly share: number }
  | { readonly kind: "done"; readonly file: AttachedFile }
  | { readonly kind: "failed"; readonly why: string; readonly isFinal: boolean };

/** A file in the composer. */
export type Attachment = {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  /** What to show of an image; null: it is none. */
  readonly preview: string | null;
  readonly progress: Progress;
};

/** What files are held to: bytes of each, and how many a question may have. */
export type AttachmentLimits = { readonly each: number; readonly most: number };

/** What is wrong with a file before it is sent; null: nothing. */
export function faultOf({ size }: { readonly size: number }, { each }: AttachmentLimits): string | null {
  return size > each ? `Too large: ${sizeInWords(size)}. A file may have ${sizeInWords(each)}.` : null;
}

/** As many files as a question has room for, and a sentence about those that were left out; null: none was. */
export function withinCount<File>(files: readonly File[], present: number, { most }: AttachmentLimits) {
  const taken = files.slice(0, Math.max(0, most - present));
  const left = files.length - taken.length;
  const words =
    left === 0 ? null : `A message may have ${most} files. ${left === 1 ? "One was" : `${left} were`} left out.`;
  return { taken, words };
}

export const isPending = ({ progress }: Attachment): boolean =>
  progress.kind === "waiting" || progress.kind === "sending";

/** The files that are with the server, in their order. */
export const arrived = (attachments: readonly Attachment[]): readonly AttachedFile[] =>
  attachments.flatMap(({ progress }) => (progress.kind === "done" ? [progress.file] : []));

/** Where a stored image is; null for what no page shows. */
export const imageAddress = ({ id, media_type }: Pick<AttachedFile, "id" | "media_type">): string | null =>
  isSafeImage(media_type) ? addressOf(id) : null;

export const addressOf = (id: string): string => `/api/app/files/${id}`;

/** A file that is with the server, as the composer shows it. */
export const attachmentOf = (file: AttachedFile): Attachment => ({
  key: file.id,
  name: file.name,
  size: file.size,
  preview: imageAddress(file),
  progress: { kind: "done", file },
});

/** Where a list stands, in words: "3 of 10 files, 25 MB each". */
export function countInWords(attachments: readonly Attachment[], { each, most }: AttachmentLimits): string {
  const pending = attachments.filter(isPending).length;
  const place = `${attachments.length} of ${most} files, ${sizeInWords(each)} each`;
  return pending === 0 ? place : `${place}. ${pending === 1 ? "One is" : `${pending} are`} on the way.`;
}

/**
 * Whether no other attachment has this stored file: equal contents are stored once. One that is on its way may come to
 * have it too.
 */
export const isAlone = ({ id }: AttachedFile, others: readonly Attachment[]): boolean =>
  !others.some(isPending) && !arrived(others).some((file) => file.id === id);
