import { ChatError } from "../domain/errors.ts";
import type { FinishReason, ModelRequest } from "../domain/model.ts";
import { storable } from "../domain/text.ts";
import { type Asking, admit, callTokens } from "./admission.ts";
import type { Admission } from "./admitted.ts";
import { withoutReasoning } from "./clean-title.ts";
import type { Ports } from "./scope.ts";

const TIME_LIMIT_MS = 20_000;
/** Far more than any summary: a provider that does not keep to `maxTokens` is left. */
const LIMIT_CHARACTERS = 200_000;

/** One call of the small model. */
export type Completion = Pick<ModelRequest, "purpose" | "messages" | "apiKey"> & {
  readonly maxTokens: number;
  /** Whether somebody asked for it by itself: it counts where turns are counted. */
  readonly isAsked: boolean;
};

/**
 * What one call of the small model says, whole, without its thoughts, as text that can be stored.
 *
 * Throws "rate-limited" for a caller at its limit, "model-failed" for anything but a whole answer: one that was cut off
 * by its length or by a filter, that calls tools, or that holds no letter and no digit. Throws what the call throws,
 * and on a time limit of 20 s.
 */
export async function completeText(scope: Asking & Pick<Ports, "models">, request: Completion): Promise<string> {
  const { messages, maxTokens, isAsked } = request;
  const admission = await admit(scope, { isTurn: isAsked, tokens: callTokens(messages, { maxTokens }) });
  try {
    return await completed(scope.models, admission, request);
  } finally {
    admission.settle();
  }
}

async function completed(models: Ports["models"], admission: Admission, request: Completion): Promise<string> {
  const texts: string[] = [];
  let length = 0;
  let finish: FinishReason | null = null;
  const call = models.call(admission, {
    model: models.smallModel,
    purpose: request.purpose,
    messages: request.messages,
    tools: [],
    toolChoice: "none",
    settings: { maxTokens: request.maxTokens },
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
    apiKey: request.apiKey,
  });
  for await (const batch of call) {
    for (const event of batch) {
      if (event.type === "text-delta") {
        texts.push(event.text);
        length += event.text.length;
      }
      if (event.type === "text-end" && event.wasThoughts) texts.length = 0;
      if (event.type === "finish") finish = event.reason;
    }
    if (length > LIMIT_CHARACTERS) throw notWhole(FAULTS.length);
  }
  if (finish !== "stop") throw notWhole(finish === null ? "it has no end" : FAULTS[finish]);
  const text = withoutReasoning(storable(texts.join(""))).trim();
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)) throw notWhole("it says nothing");
  return text;
}

const FAULTS: Readonly<Record<Exclude<FinishReason, "stop">, string>> = {
  length: "it is longer than it may be",
  "content-filter": "a filter cut it off",
  "tool-calls": "it calls a tool",
};

const notWhole = (why: string): ChatError =>
  new ChatError("model-failed", `The model gave no answer that can be used: ${why}`);
