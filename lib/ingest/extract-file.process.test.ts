import { cpSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ingestRounds } from "../../scripts/kill/ingest-rounds.ts";
import type { Extracted } from "../domain/extraction.ts";
import { makeOldPdf, makePdf } from "../testing/documents.ts";
import { HOSTILE_FILES } from "../testing/hostile-files.ts";
import { openExtraction } from "./extract-file.ts";

const LIMIT = { timeout: 300_000 };
const root = join(import.meta.dirname, "../..");
const open = (folder: string) => openExtraction(folder, { warn() {} });

async function extracted(
  name: string,
  bytes: Buffer,
  signal = new AbortController().signal,
  extractFile = open(root),
): Promise<Extracted[]> {
  const file = {
    name,
    mediaType: "",
    size: bytes.length,
    bytes: (async function* () {
      yield bytes;
    })(),
  };
  const parts: Extracted[] = [];
  for await (const part of extractFile(file, signal)) parts.push(part);
  return parts;
}

test("a document that takes too much memory ends its own process, with a sentence", LIMIT, async () => {
  const bomb = HOSTILE_FILES.find(({ what }) => what === "a page of 400 MB of spaces");
  await expect(extracted("a.pdf", bomb?.make() ?? Buffer.alloc(0))).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringMatching(/too much memory/u),
  });
});

test("what reads a document may read the program and nothing else", LIMIT, async () => {
  const entity = HOSTILE_FILES.find(({ what }) => what === "an entity of another file");
  const [pieces] = await extracted("a.docx", entity?.make() ?? Buffer.alloc(0));
  expect(pieces?.type === "pieces" && pieces.pieces[0]?.content).toBe("before &x; after");
});

test("17: what reads a document has the tables of old Japanese letters at hand", LIMIT, async () => {
  const parts = await extracted("old.pdf", makeOldPdf("梨は川のほとりに育つ。", "90ms-RKSJ-H"));
  const pieces = parts.flatMap((part) => (part.type === "pieces" ? part.pieces : []));
  expect(pieces.map(({ content }) => content)).toEqual(["梨は川のほとりに育つ。"]);
});

test("17: a document is read where node_modules is a link to another folder", LIMIT, async () => {
  const linked = mkdtempSync(join(tmpdir(), "parley-linked-"));
  for (const name of ["lib/ingest", "lib/domain", "package.json"])
    cpSync(join(root, name), join(linked, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(linked, "node_modules"));
  const parts = await extracted("a.pdf", makePdf(["Quinces."]), new AbortController().signal, open(linked));
  const pieces = parts.flatMap((part) => (part.type === "pieces" ? part.pieces : []));
  expect(pieces.map(({ content }) => content)).toEqual(["Quinces."]);
});

test("17: how far a document is told while its pages are read, and never goes back", LIMIT, async () => {
  const parts = await extracted("handbook.pdf", readFileSync(join(import.meta.dirname, "fixtures/handbook.pdf")));
  const told = parts.flatMap((part) => (part.type === "pieces" ? [part] : []));
  const before = told.filter(({ pieces }) => pieces.length === 0).map(({ progress }) => progress);
  // It has fourteen pages.
  expect(before).toHaveLength(14);
  expect(before[0]).toBeCloseTo(0.9 / 14);
  const all = told.map(({ progress }) => progress);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  expect(all.at(-1)).toBeGreaterThan(0.95);
});

test("reading ends when nobody wants it any more", LIMIT, async () => {
  const controller = new AbortController();
  const endless = {
    name: "a.txt",
    mediaType: "",
    size: 10,
    bytes: (async function* () {
      yield Buffer.from("begin");
      controller.abort(new Error("not wanted"));
      await new Promise(() => {});
    })(),
  };
  const reading = (async () => {
    for await (const _ of open(root)(endless, controller.signal));
  })();
  await expect(reading).rejects.toThrow("not wanted");
});

test("a process that is killed while it reads leaves nothing twice and nothing out", LIMIT, async () => {
  const rounds = await ingestRounds({ rounds: 1, seed: 1, withinMs: 1500, tell() {} });
  expect(rounds.map(({ wrong }) => wrong)).toEqual([null]);
});
