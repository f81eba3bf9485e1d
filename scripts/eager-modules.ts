import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

/** What a chunk with modules begins with; the one that loads the others begins so too, and is left alone below. */
const CHUNK = "(globalThis.TURBOPACK||(globalThis.TURBOPACK=[])).push(";

/**
 * Puts each module of the browser's chunks into parentheses. `output`: the folder of Next's output. Gives how many
 * modules were put; once is enough.
 *
 * Turbopack writes a chunk as a list of numbers and functions, one for each module, which are called as the page comes
 * to life. V8 reads a function twice: once for its end, and for its code when it is called, which holds up the page.
 * One in parentheses it compiles as the chunk comes in, in a thread beside the page (v8.dev/blog/preparser, "PIFE").
 */
export function compileModulesEarly(output: string): number {
  const chunks = join(output, "static/chunks");
  if (!existsSync(chunks)) return 0;
  let count = 0;
  for (const name of readdirSync(chunks).filter((file) => file.endsWith(".js"))) {
    const text = readFileSync(join(chunks, name), "utf8");
    const modules = modulesOf(text);
    if (modules.length === 0) continue;
    writeFileSync(join(chunks, name), inParentheses(text, modules));
    count += modules.length;
  }
  return count;
}

/** The text of each module of a chunk, in order; none of one that loads others. */
function modulesOf(text: string): readonly string[] {
  if (!text.startsWith(CHUNK)) return [];
  const pushed: unknown[] = [];
  const page = { TURBOPACK: { push: (parts: readonly unknown[]) => pushed.push(...parts) } };
  try {
    runInNewContext(text, page);
  } catch {
    // It does more than to list its modules.
    return [];
  }
  return pushed.filter((part) => typeof part === "function").map(String);
}

function inParentheses(text: string, modules: readonly string[]): string {
  let [written, at] = ["", 0];
  for (const module of modules) {
    const start = text.indexOf(module, at);
    const end = start + module.length;
    const isDone = text[start - 1] === "(" && text[end] === ")";
    written += isDone ? text.slice(at, end) : `${text.slice(at, start)}(${module})`;
    at = end;
  }
  return written + text.slice(at);
}
