import { refusal } from "./refusal.ts";

/** What a document is read as. */
export type Kind = "pdf" | "docx" | "html" | "markdown" | "csv" | "code" | "text";

const CODE =
  "bash bat c cc clj cljs cmake cpp cs css cxx dart diff dockerfile elm erl ex exs f90 fs go gradle graphql groovy h hpp hs " +
  "ini java jl js json json5 jsonc jsonl jsx kt kts less lisp lua m make makefile mjs ml mm ndjson nim nix patch perl php " +
  "pl pm properties proto ps1 py r rb rs sass scala scm scss sh sol sql svelte swift tcl tf toml ts tsx vb vue xml xsd xsl " +
  "yaml yml zig zsh";

const BY_ENDING: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...CODE.split(" ").map((ending): [string, Kind] => [ending, "code"]),
  ["md", "markdown"],
  ["markdown", "markdown"],
  ["mdx", "markdown"],
  ["html", "html"],
  ["htm", "html"],
  ["xhtml", "html"],
  ["csv", "csv"],
  ["tsv", "csv"],
]);
const BY_MEDIA_TYPE: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["text/markdown", "markdown"],
  ["text/html", "html"],
  ["application/xhtml+xml", "html"],
  ["text/csv", "csv"],
  ["text/tab-separated-values", "csv"],
]);

/** What no text is read from, by its first bytes in hex. */
const OTHERS: readonly (readonly [string, string])[] = [
  [
    "d0cf11e0a1b11ae1",
    "The file is in an old format of Office, or encrypted. Save it as DOCX or PDF without a password.",
  ],
  ["89504e470d0a1a0a", "The file is a picture and has no text."],
  ["ffd8ff", "The file is a picture and has no text."],
  ["474946383761", "The file is a picture and has no text."],
  ["474946383961", "The file is a picture and has no text."],
  ["1f8b08", "The file is a compressed archive. Unpack it and add what is in it."],
  ["377abcaf271c", "The file is a compressed archive. Unpack it and add what is in it."],
  ["526172211a07", "The file is a compressed archive. Unpack it and add what is in it."],
  ["7f454c46", "The file is a program and has no text."],
  ["4d5a9000", "The file is a program and has no text."],
  ["7b5c727466", "The file is in Rich Text Format. Save it as DOCX or PDF."],
];

/**
 * What a file is, by its first bytes, and where they leave that open by its name and media type. A ZIP archive is
 * "docx" here; whether it is one is seen when it is opened. Throws a sentence for what no text can be read from.
 */
export function kindOf(bytes: Uint8Array, name: string, mediaType: string): Kind {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024));
  if (isPdf(head, name, mediaType)) return "pdf";
  if (head.subarray(0, 4).equals(Buffer.from("PK\u0003\u0004", "latin1"))) return "docx";
  if (head.subarray(0, 4).equals(Buffer.from("PK\u0005\u0006", "latin1")))
    throw refusal("The file is an empty archive.");
  const hex = head.toString("hex", 0, 16);
  const other = OTHERS.find(([beginning]) => hex.startsWith(beginning));
  if (other) throw refusal(other[1]);
  const ending = endingOf(name);
  if (ending === "pdf") throw refusal("The file is called .pdf but is no PDF, or it is damaged.");
  if (ending === "docx") throw refusal("The file is called .docx but is no Word document, or it is damaged.");
  const byName = BY_ENDING.get(ending) ?? BY_MEDIA_TYPE.get(mediaType.split(";")[0]?.trim().toLowerCase() ?? "");
  if (byName) return byName;
  return /^\s*(?:<!doctype html|<html[\s>])/iu.test(head.toString("latin1").replace(/^(?:ï»¿)/u, "")) ? "html" : "text";
}

/**
 * Readers of PDF take a kilobyte of anything before the mark (ISO 32000-1, annex H, note 13). A text may speak of it,
 * so that there it counts for what is called a PDF, or nothing.
 */
function isPdf(head: Buffer, name: string, mediaType: string): boolean {
  const at = head.indexOf("%PDF-");
  if (at <= 0) return at === 0;
  return endingOf(name) === "pdf" || /^application\/(?:x-)?pdf\b/iu.test(mediaType) || !/\.[^./\\]+$/u.test(name);
}

function endingOf(name: string): string {
  const base = name.toLowerCase().split(/[/\\]/u).at(-1) ?? "";
  return base.includes(".") ? (base.split(".").at(-1) ?? "") : base;
}
