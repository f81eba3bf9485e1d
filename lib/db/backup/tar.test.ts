import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstText, type Packed, packTar, unpackTar } from "./tar.ts";

let folder = "";
let packed: Buffer = Buffer.alloc(0);
const SIZES = [0, 1, 511, 512, 513, 3 * 1024 * 1024 + 7];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-tar-"));
  mkdirSync(join(folder, "from/empty"), { recursive: true });
  mkdirSync(join(folder, "from/deep/er"), { recursive: true });
  for (const size of SIZES) writeFileSync(join(folder, `from/deep/er/${size}`), Buffer.alloc(size, `${size}`));
  packed = await bytesOf([
    { name: "about.json", text: '{"ä": 1}' },
    { name: "to", path: join(folder, "from") },
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function bytesOf(entries: readonly Packed[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of packTar(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The bytes in pieces of this size, which end nowhere in particular. */
const stream = (bytes: Buffer, size = 1000): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size)),
  );

const tree = (at: string): string[] => readdirSync(at, { recursive: true, encoding: "utf8" }).sort();

test("what is packed is unpacked as it was, empty folders too, and the text that was asked for is given", async () => {
  const into = mkdtempSync(join(folder, "into-"));
  expect(await unpackTar(stream(packed), into, "about.json")).toBe('{"ä": 1}');
  expect(tree(join(into, "to"))).toEqual(tree(join(folder, "from")));
  for (const size of SIZES) {
    const [there, here] = [join(folder, `from/deep/er/${size}`), join(into, `to/deep/er/${size}`)];
    expect(readFileSync(here).equals(readFileSync(there))).toBe(true);
  }
});

test("the system's own tar reads it", () => {
  const into = mkdtempSync(join(folder, "into-"));
  execFileSync("tar", ["-xf", "-", "-C", into], { input: packed });
  expect(tree(join(into, "to"))).toEqual(tree(join(folder, "from")));
});

test("the first text is read alone", async () => {
  expect(await firstText(stream(packed.subarray(0, 1024)), "about.json")).toBe('{"ä": 1}');
  expect(await firstText(stream(packed), "other")).toBeNull();
});

test.each([
  ["ends too early", () => packed.subarray(0, packed.length - 4096), "ends too early"],
  ["has a changed head", () => Buffer.concat([Buffer.from("x"), packed.subarray(1)]), "is damaged"],
])("an archive that %s is refused", async (_, make, sentence) => {
  const into = mkdtempSync(join(folder, "into-"));
  await expect(unpackTar(stream(make()), into, "about.json")).rejects.toThrow(sentence);
});

test.each(["../out", "/out", "a/../../out"])("an archive that names %s is refused", async (name) => {
  const bytes = await bytesOf([{ name, text: "x" }]);
  const into = mkdtempSync(join(folder, "into-"));
  await expect(unpackTar(stream(bytes), into, "about.json")).rejects.toThrow("The archive names");
});
