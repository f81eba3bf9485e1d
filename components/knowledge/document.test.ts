import { expect, test } from "vitest";
import { becomesDocument, type KnownDocument } from "./document";
import { documentWords, pageWords } from "./document-words";
import { indexWords, scoreWords } from "./index-words";
import type { Hit } from "./requests";

test.each([
  ["report.pdf", "application/pdf", 10, true],
  ["report", "application/pdf", 10, true],
  ["letter.docx", "", 10, true],
  ["page.html", "text/html", 10, true],
  ["notes.md", "", 900, false],
  ["notes.md", "", 900_000, true],
  ["table.csv", "text/csv", 2_000_000, true],
  ["photo.png", "image/png", 9_000_000, false],
  ["program.zip", "application/zip", 9_000_000, false],
])("17: %s of type %j and %d bytes becomes a document: %s", (name, type, size, expected) => {
  expect(becomesDocument({ name, type, size })).toBe(expected);
});

const document: KnownDocument = {
  id: "d",
  title: "t",
  state: "ready",
  reason: "",
  progress: 100,
  pages: 12,
  characters: 40_000,
  size: 2_100_000,
  file_id: null,
  created_at: "2026-01-01T00:00:00Z",
};

test.each([
  [{}, "12 pages, 2.1 MB"],
  [{ pages: 1 }, "1 page, 2.1 MB"],
  [{ pages: null }, "40,000 characters, 2.1 MB"],
  [{ pages: null, characters: null, size: null }, ""],
  [{ reason: "3 of 12 pages have no text." }, "12 pages, 2.1 MB. 3 of 12 pages have no text."],
  [{ pages: null, characters: null, size: null, reason: "So it is." }, "So it is."],
  [{ state: "pending", progress: 40 }, "Reading, 40 %"],
  [{ state: "pending", progress: 0 }, "Waiting to be read"],
  [{ state: "failed", reason: "It has a password." }, "It has a password."],
  [{ state: "failed" }, "It could not be read."],
] as const)("17: a document that is %j is told as %j", (over, words) => {
  expect(documentWords({ ...document, ...over })).toBe(words);
});

test("17: pages, counts and scores are told in words", () => {
  expect([pageWords(3, 3), pageWords(3, 4), pageWords(7, null), pageWords(null, null)]).toEqual([
    "page 3",
    "pages 3–4",
    "page 7",
    null,
  ]);
  expect(indexWords({ documents: { all: 0, ready: 0, pending: 0, failed: 0 }, size: 0 })).toBe("No documents yet");
  expect(indexWords({ documents: { all: 4, ready: 2, pending: 1, failed: 1 }, size: 34_000_000 })).toBe(
    "4 documents, 34 MB, 1 is being read, 1 could not be read",
  );
  const hit: Hit = {
    n: 1,
    doc_id: "d",
    chunk_id: "c",
    title: "t",
    text: "",
    score: 0.8249,
    text_score: null,
    vector_score: 0.9,
    page_from: null,
    page_to: null,
    headings: [],
  };
  expect(scoreWords(hit)).toBe("score 0.82, by likeness 0.90");
  expect(scoreWords({ ...hit, score: null, vector_score: null })).toBeNull();
});
