import { sizeInWords } from "@/lib/domain/file.ts";
import { formatNumber } from "../numbers";
import { counted, type KnownDocument, type Upload } from "./document";

/**
 * How far a document is, or how much it is: "Reading, 40 %", "12 pages, 2.1 MB", or why it failed, and what else is to
 * be said.
 */
export function documentWords({ state, reason, progress, pages, characters, size }: KnownDocument): string {
  if (state === "failed") return reason || "It could not be read.";
  if (state === "pending") return progress > 0 ? `Reading, ${formatNumber(progress)} %` : "Waiting to be read";
  const much =
    pages === null ? (characters === null ? [] : [counted(characters, "character")]) : [counted(pages, "page")];
  const amount = [...much, ...(size === null ? [] : [sizeInWords(size)])].join(", ");
  return [amount, reason].filter((words) => words !== "").join(". ");
}

/** How far a file is on its way: "40 % of 2.1 MB". */
export function uploadWords({ size, progress }: Pick<Upload, "size" | "progress">): string {
  switch (progress.kind) {
    case "waiting":
      return `${sizeInWords(size)}, waiting`;
    case "sending":
      return `${Math.round(progress.share * 100)} % of ${sizeInWords(size)}`;
    case "failed":
      return progress.why;
    default:
      return progress satisfies never;
  }
}

/** On which page something stands: "page 3", "pages 3–4"; null where the document has none. */
export function pageWords(from: number | null, to: number | null): string | null {
  if (from === null) return null;
  return to === null || to === from ? `page ${formatNumber(from)}` : `pages ${formatNumber(from)}–${formatNumber(to)}`;
}
