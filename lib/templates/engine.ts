import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import type * as Minijinja from "minijinja-js";

/** The memory that all templates of the process share: what asks for more fails, instead of taking the machine's. */
const MEMORY_LIMIT_BYTES = 128 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;
const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;

export type Engine = typeof Minijinja;

/**
 * Loads the template engine: WebAssembly with a limited memory.
 *
 * It runs the package's module anew, as `require` would, but gives it WebAssembly whose memory is limited.
 */
export function loadEngine(): Engine {
  const packages = createRequire(join(process.cwd(), "package.json"));
  const file = packages.resolve("minijinja-js");
  const fs = { readFileSync: (path: string) => withMemoryLimit(readFileSync(path), MEMORY_LIMIT_BYTES / PAGE_BYTES) };
  const module = { exports: {} };
  compileFunction(readFileSync(file, "utf8"), ["module", "exports", "require", "__dirname"], { filename: file })(
    module,
    module.exports,
    (name: string) => (name === "fs" ? fs : packages(name)),
    dirname(file),
  );
  return module.exports as Engine; // what the package's types describe
}

/** A WebAssembly module whose own memory may not grow beyond so many pages (core specification, 5.5.8). */
export function withMemoryLimit(bytes: Uint8Array, pages: number): Uint8Array {
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const size = readNumber(bytes, at + 1);
    const end = size.end + size.value;
    if (bytes[at] === MEMORY_SECTION) {
      // One memory: a count, whether there is a limit, the least and the most of its pages.
      const least = readNumber(bytes, size.end + 2);
      const body = [1, 1, ...writeNumber(least.value), ...writeNumber(pages)];
      const section = [MEMORY_SECTION, ...writeNumber(body.length), ...body];
      return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(section), bytes.subarray(end)]);
    }
    at = end;
  }
  throw new Error("The template engine has no memory of its own");
}

/** An unsigned LEB128 number (core specification, 5.2.2). */
function readNumber(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function writeNumber(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...writeNumber(Math.floor(value / 0x80))];
}
