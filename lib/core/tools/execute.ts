import { exactJson } from "../../domain/exact-numbers.ts";
import { storableJson } from "../../domain/text.ts";
import { type CallCut, cutBy, type ToolCall, type ToolResult } from "../../domain/tool.ts";
import { TOOL_LIMITS } from "./limits.ts";

const { runMs, outputCharacters } = TOOL_LIMITS;

type Run = ((input: unknown, signal: AbortSignal) => Promise<unknown>) | null;

/**
 * Runs one call. Never throws: a failure, a time-out or an abort becomes a result with `isError` that says what
 * happened, and with `cut` where the turn was ended.
 */
export async function executeTool(
  run: Run,
  call: ToolCall,
  signal: AbortSignal,
  now: () => number,
): Promise<ToolResult> {
  const startedAt = now();
  const done = (output: unknown, isError: boolean, cut?: CallCut): ToolResult => ({
    callId: call.callId,
    name: call.name,
    output: storableJson(output),
    isError,
    ...(cut && { cut }),
    durationMs: now() - startedAt,
  });
  try {
    if (run === null) throw new Error("The caller runs this tool");
    if (typeof call.input !== "object" || call.input === null || Array.isArray(call.input)) {
      throw new Error(`The arguments are not a JSON object: ${excerpt(call.input)}`);
    }
    const limit = AbortSignal.any([signal, AbortSignal.timeout(runMs)]);
    const output = await Promise.race([run(call.input, limit), rejection(limit)]);
    const json = JSON.stringify(output ?? null);
    if (json.length > outputCharacters) {
      throw new Error(`The result has ${json.length} characters, more than ${outputCharacters}`);
    }
    return done(output ?? null, false);
  } catch (thrown) {
    // Where the turn was ended, a tool may say so in words of its own.
    return done({ error: message(thrown) }, true, signal.aborted ? cutBy(signal.reason) : undefined);
  }
}

/** The beginning of what came in the place of arguments, so that the model sees what it wrote. */
const excerpt = (input: unknown): string => (typeof input === "string" ? input : exactJson(input)).slice(0, 200);

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

function message(thrown: unknown): string {
  if (thrown instanceof DOMException && thrown.name === "TimeoutError") {
    return `The tool did not answer within ${runMs / 1000} s`;
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}
