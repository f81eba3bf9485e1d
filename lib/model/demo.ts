import { setTimeout as sleep } from "node:timers/promises";
import type { FinishReason, ModelEvent, ModelRequest } from "../domain/model.ts";
import { type DemoAnswer, demoAnswer } from "./demo-script.ts";

const FIRST_TOKEN_MS = 220;
const TOKEN_MS = 16;

/**
 * The built-in model: it answers from a script, the same for the same conversation, at the pace of a real one.
 *
 * It reasons where there is something to work out, calls the tools it is offered, answers from what it was told, and
 * says that it is a demo. Usage counts a token for each word, with the space or the mark that follows it.
 */
export async function* callDemo(request: ModelRequest): AsyncGenerator<readonly ModelEvent[], void> {
  const { signal, settings } = request;
  const answer = demoAnswer(request);
  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  await wait(request.purpose === "turn" ? FIRST_TOKEN_MS : 60);
  yield [{ type: "start" }];

  let outputTokens = 0;
  if (answer.reasoning !== null) {
    for (const text of tokens(answer.reasoning)) {
      yield [{ type: "reasoning-delta", text }];
      outputTokens++;
      await wait(TOKEN_MS);
    }
    yield [{ type: "reasoning-end" }];
  }

  const { text, reason } = limited(answer, settings.maxTokens, settings.stop ?? []);
  for (const piece of tokens(text)) {
    yield [{ type: "text-delta", text: piece }];
    outputTokens++;
    await wait(request.purpose === "turn" ? TOKEN_MS : 2);
  }
  if (text !== "") yield [{ type: "text-end" }];

  for (const [n, call] of answer.calls.entries()) {
    const input = JSON.stringify(call.input);
    // Unique in the conversation, since the prompt grows with every step.
    const callId = `call_demo_${request.messages.length}_${n}`;
    for (const piece of input.match(/.{1,8}/gsu) ?? []) {
      yield [{ type: "tool-input-delta", callId, name: call.name, text: piece }];
      await wait(TOKEN_MS);
    }
    outputTokens += Math.ceil(input.length / 8);
    yield [{ type: "tool-call", callId, name: call.name, input }];
  }
  const inputTokens = request.messages.reduce((sum, message) => sum + tokens(JSON.stringify(message)).length, 0);
  yield [{ type: "finish", reason, usage: { inputTokens, outputTokens } }];
}

/** Words with the white space before them, as a tokenizer would cut them. */
const tokens = (text: string): readonly string[] => text.match(/\s*\S{1,12}|\s+$/gu) ?? [];

function limited(
  { text, calls }: DemoAnswer,
  maxTokens: number | undefined,
  stops: readonly string[],
): { readonly text: string; readonly reason: FinishReason } {
  const cuts = stops.map((stop) => (stop === "" ? -1 : text.indexOf(stop))).filter((at) => at >= 0);
  const stopped = cuts.length > 0 ? text.slice(0, Math.min(...cuts)) : text;
  const pieces = tokens(stopped);
  if (maxTokens !== undefined && pieces.length > maxTokens) {
    return { text: pieces.slice(0, maxTokens).join(""), reason: "length" };
  }
  return { text: stopped, reason: calls.length > 0 ? "tool-calls" : "stop" };
}
