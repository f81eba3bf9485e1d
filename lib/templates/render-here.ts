import { ChatError } from "../domain/errors.ts";
import { type Engine, loadEngine } from "./engine.ts";
import { templateFunctions } from "./functions.ts";

const FUEL = 100_000;
const OUTPUT_LIMIT_CHARACTERS = 1_000_000;
const SOURCE_LIMIT_CHARACTERS = 200_000;

/**
 * Gives a function that renders templates in this thread: see `Templates`. It stops when its fuel is used up, which
 * does not count what filters do: a hostile template can keep the thread busy for many seconds.
 *
 * The engine is loaded for the first template, and anew after one that ran out of memory, which leaves its stack where
 * it was.
 */
export function openRenderer(): (source: string, variables: Readonly<Record<string, unknown>>) => string {
  let engine: Engine | null = null;
  return (source, variables) => {
    if (source.length > SOURCE_LIMIT_CHARACTERS) {
      throw new ChatError("bad-request", `Template error: longer than ${SOURCE_LIMIT_CHARACTERS} characters`);
    }
    engine ??= loadEngine();
    try {
      return rendered(engine, source, variables);
    } catch (thrown) {
      if (thrown instanceof ChatError && thrown.details.cause instanceof WebAssembly.RuntimeError) engine = null;
      throw thrown;
    }
  };
}

function rendered({ Environment }: Engine, source: string, variables: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  // A function that throws would leave the engine's memory in pieces: it gives nothing, and the fault is thrown at the
  // end.
  const faults: unknown[] = [];
  const guarded =
    (call: (...values: unknown[]) => unknown) =>
    (...values: unknown[]) => {
      try {
        return call(...values);
      } catch (thrown) {
        faults.push(thrown);
        return null;
      }
    };
  try {
    environment.trimBlocks = true;
    environment.lstripBlocks = true;
    environment.fuel = FUEL;
    environment.enablePyCompat();
    environment.addGlobal("NEWLINE", "\n");
    environment.addGlobal("null", null);
    for (const [name, call] of Object.entries(templateFunctions)) environment.addGlobal(name, guarded(call));
    const output = environment.renderStr(source, variables);
    if (faults.length > 0) throw faults[0];
    if (output.length > OUTPUT_LIMIT_CHARACTERS) {
      throw new ChatError(
        "bad-request",
        `Template error: the output is longer than ${OUTPUT_LIMIT_CHARACTERS} characters`,
      );
    }
    return output;
  } catch (thrown) {
    if (thrown instanceof ChatError) throw thrown;
    throw new ChatError("bad-request", templateFault(faults[0] ?? thrown), { cause: thrown });
  } finally {
    try {
      environment.free();
    } catch {
      // An engine that ran out of memory cannot be freed; its fault is on its way already.
    }
  }
}

/** The first line of the engine's message: those after it quote the template. */
function templateFault(thrown: unknown): string {
  const [line = "unknown error"] = (thrown instanceof Error ? thrown.message : String(thrown)).split("\n");
  if (line.startsWith("syntax error: ")) return `Template syntax error: ${line.slice("syntax error: ".length)}`;
  if (line.startsWith("undefined value")) return `Template undefined variable: ${line}`;
  if (thrown instanceof WebAssembly.RuntimeError) return "Template error: it takes too much memory";
  if (line.includes("out of fuel")) return "Template error: it takes too many steps";
  return `Template error: ${line}`;
}
