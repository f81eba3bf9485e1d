import { join } from "node:path";
import { expect, test } from "vitest";
import type { SourceFile } from "../domain/extraction.ts";
import { makePdf, makeScan } from "../testing/documents.ts";
import { HOSTILE_FILES } from "../testing/hostile-files.ts";
import { openDrawing } from "./draw-file.ts";

const LIMIT = { timeout: 300_000 };
const root = join(import.meta.dirname, "../..");
const log = { warn() {} };
const here = () => new AbortController().signal;

const fileOf = (bytes: Buffer): SourceFile => ({
  name: "a.pdf",
  mediaType: "application/pdf",
  size: bytes.length,
  bytes: (async function* () {
    yield bytes;
  })(),
});

function opened() {
  const drawPage = openDrawing(root, log);
  // It is installed with the other packages wherever tests run.
  if (!drawPage) throw new Error("Nothing is installed that draws pages");
  return (bytes: Buffer, page: number, by = "a", key = "k", signal = here()) =>
    drawPage({ by, key, file: fileOf(bytes), page }, signal);
}

test("17: a page is drawn as a JPEG, and a page that is not there is refused with a sentence", LIMIT, async () => {
  const draw = opened();
  const pdf = makePdf(["Plums", "Herbs\nThe quincewort grows by the river."]);
  const [blank, full] = [await draw(makePdf([""]), 1, "a", "blank"), await draw(pdf, 2)];
  expect([...full.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  expect(full.length).toBeLessThan(256 * 1024);
  // There is something on it.
  expect(full.length).toBeGreaterThan(blank.length + 1000);
  await expect(draw(pdf, 3)).rejects.toMatchObject({ code: "bad-request", message: "The PDF has no page 3." });
  await expect(draw(Buffer.from("%PDF-1.4 nothing"), 1, "a", "b")).rejects.toMatchObject({ code: "bad-request" });
});

test("17: a page of a scanner is drawn, also where its picture is packed as archives pack it", LIMIT, async () => {
  const draw = opened();
  const blank = await draw(makePdf([""]), 1, "a", "blank");
  for (const packing of ["FlateDecode", "JPXDecode"] as const) {
    const drawn = await draw(makeScan(1, packing), 1, "a", packing);
    expect([packing, drawn.length > blank.length + 1000]).toEqual([packing, true]);
  }
});

test("17: of what is hostile no picture is made, and its process ends", LIMIT, async () => {
  const draw = opened();
  const bomb = HOSTILE_FILES.find(({ what }) => what === "a page of 400 MB of spaces");
  await expect(draw(bomb?.make() ?? Buffer.alloc(0), 1)).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringMatching(/too much memory|too long/u),
  });
});

test("17: of one who asks only some wait, and nobody is drawn for who has left", LIMIT, async () => {
  const draw = opened();
  const pdf = makePdf(["Plums"]);
  const leaving = new AbortController();
  const all = [1, 2, 3, 4].map((n) => draw(pdf, 1, "a", `${n}`, n === 4 ? leaving.signal : here()));
  leaving.abort(new Error("left"));
  await expect(draw(pdf, 1, "a", "5")).rejects.toMatchObject({ code: "rate-limited" });
  const other = draw(pdf, 1, "b", "6");
  const ended = await Promise.allSettled([...all, other]);
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected", "fulfilled"]);
  // Whoever asks again behind them is drawn for.
  expect((await draw(pdf, 1, "a", "5")).length).toBeGreaterThan(0);
});

test("17: where nothing is installed that draws, it is said", () => {
  expect(openDrawing(join(root, "docs"), log)).toBeNull();
});
