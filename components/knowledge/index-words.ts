import { sizeInWords } from "@/lib/domain/file.ts";
import { formatNumber, later } from "../numbers";
import { counted } from "./document";
import type { Found, Hit, KnowledgeIndex } from "./requests";

/** What is in an index, in a line: "12 documents, 34 MB, 2 are being read". */
export function indexWords({ documents, size }: Pick<KnowledgeIndex, "documents" | "size">): string {
  const { all, pending, failed } = documents;
  if (all === 0) return "No documents yet";
  return [
    counted(all, "document"),
    ...(size > 0 ? [sizeInWords(size)] : []),
    ...(pending > 0 ? [`${formatNumber(pending)} ${pending === 1 ? "is" : "are"} being read`] : []),
    ...(failed > 0 ? [`${formatNumber(failed)} could not be read`] : []),
  ].join(", ");
}

const MODES: Readonly<Record<Found["mode"], string>> = {
  text: "found by their words",
  vector: "found by their likeness",
  hybrid: "found by their words and likeness",
};

/** How many passages were found and how: "3 passages, found by their words". */
export const foundWords = ({ hits, mode }: Pick<Found, "hits" | "mode">): string =>
  `${counted(hits.length, "passage")}, ${MODES[mode]}`;

const score = later(() => new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }));

/** Why a hit stands where it does: "score 0.82, by words 0.61, by likeness 0.90"; null where nothing is known. */
export function scoreWords({ score: whole, text_score, vector_score }: Hit): string | null {
  const known = [
    ...(whole === null ? [] : [`score ${score().format(whole)}`]),
    ...(text_score === null ? [] : [`by words ${score().format(text_score)}`]),
    ...(vector_score === null ? [] : [`by likeness ${score().format(vector_score)}`]),
  ];
  return known.length === 0 ? null : known.join(", ");
}
