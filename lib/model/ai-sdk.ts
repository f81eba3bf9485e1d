import { createOpenAI } from "@ai-sdk/openai";
import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { z } from "zod";
import { ChatError } from "../domain/errors.ts";
import { exactJson, exactValue } from "../domain/exact-numbers.ts";
import type { CallModel, FinishReason, ModelEvent, ModelRequest, PromptMessage, PromptPart } from "../domain/model.ts";
import { tokenCount } from "../domain/token-count.ts";
import type { JsonSchema } from "../domain/tool.ts";
import { coalesce } from "./coalesce.ts";
import { modelFamily } from "./endpoint-url.ts";
import { framePace } from "./frame-pace.ts";
import { ANSWER_LIMIT_BYTES, limitedFetch } from "./limited-text.ts";
import { toProviderError } from "./provider-error.ts";
import { WAITS, type Waits, watch } from "./waits.ts";

/** Names OpenAI in what it wants back. */
const OPENAI = "https://api.openai.com/v1";

/**
 * Calls OpenAI through its provider package's own `doStream`: the Responses API, with reasoning.
 *
 * Not through `streamText`, which costs twice as much a token and has a loop, retries and callbacks that we have too.
 */
export function callOpenAI({
  apiKey: ownKey,
  waits = WAITS,
}: {
  readonly apiKey?: string;
  readonly waits?: Waits;
}): CallModel {
  return async function* (request) {
    const apiKey = request.apiKey ?? ownKey ?? "";
    const watching = watch(request.signal, waits);
    const from = `${OPENAI} ${modelFamily(request.model)}`;
    const model = createOpenAI({ apiKey, fetch: limitedFetch(ANSWER_LIMIT_BYTES, watching.heard) })(request.model);
    try {
      const { stream } = await model.doStream({ ...callOptions(request, from), abortSignal: watching.signal });
      yield [{ type: "start" }];
      const reader = partReader(from);
      const pace = framePace();
      for await (const parts of coalesce(stream, pace)) {
        const events = parts.flatMap(reader);
        if (events.length === 0) continue;
        watching.begun();
        yield events;
        if (events.some(isDelta)) pace.shown();
      }
    } catch (thrown) {
      watching.signal.throwIfAborted();
      throw toProviderError(thrown);
    } finally {
      watching.end();
    }
  };
}

const isDelta = ({ type }: ModelEvent): boolean => type === "text-delta" || type === "reasoning-delta";

function callOptions(
  { settings, messages, tools, toolChoice, endUser }: ModelRequest,
  from: string,
): LanguageModelV4CallOptions {
  const format = settings.responseFormat;
  return {
    prompt: messages.map((one) => message(one, from)),
    maxOutputTokens: settings.maxTokens,
    temperature: settings.temperature,
    topP: settings.topP,
    stopSequences: settings.stop && settings.stop.length > 0 ? [...settings.stop] : undefined,
    seed: settings.seed,
    frequencyPenalty: settings.frequencyPenalty,
    presencePenalty: settings.presencePenalty,
    responseFormat:
      format === undefined || format.type === "text"
        ? undefined
        : { type: "json", schema: format.type === "json_schema" ? schema(format.schema) : undefined },
    tools:
      tools.length === 0
        ? undefined
        : tools.map((tool) => ({
            type: "function",
            name: tool.name,
            description: tool.description ?? undefined,
            inputSchema: schema(tool.parameters),
          })),
    toolChoice:
      tools.length === 0 || toolChoice === "auto"
        ? undefined
        : toolChoice === "none"
          ? { type: "none" }
          : { type: "tool", toolName: toolChoice.name },
    providerOptions: {
      // Nothing of a conversation is to stay with the provider: Parley keeps it.
      openai: { store: false, ...(endUser === undefined ? {} : { user: endUser }) },
    },
  };
}

// A caller's schema goes to the provider as it is: the provider judges it.
const schema = (parameters: JsonSchema): JSONSchema7 => parameters as JSONSchema7;

function message(prompt: PromptMessage, to: string): LanguageModelV4Message {
  switch (prompt.role) {
    case "system":
      return { role: "system", content: prompt.text };
    case "user":
      return { role: "user", content: prompt.parts.map(part) };
    case "assistant":
      return {
        role: "assistant",
        content: [
          ...thoughtsFor(prompt, to),
          ...(prompt.text === "" ? [] : [{ type: "text" as const, text: prompt.text }]),
          ...prompt.calls.map((call) => ({
            type: "tool-call" as const,
            toolCallId: call.callId,
            toolName: call.name,
            input: exactValue(call.input),
            ...(prompt.provider?.from === to ? ownOptions(prompt.provider.calls?.[call.callId]) : {}),
          })),
        ],
      };
    case "tool":
      return {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: prompt.callId,
            toolName: prompt.name,
            output:
              typeof prompt.output === "string"
                ? { type: prompt.isError ? "error-text" : "text", value: prompt.output }
                : { type: "text", value: exactJson(prompt.output) },
          },
        ],
      };
  }
}

type Thought = Extract<
  Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number],
  { type: "reasoning" }
>;

/** The sealed thoughts of a step with calls, for the provider that sealed them. */
function thoughtsFor({ calls, provider }: Extract<PromptMessage, { role: "assistant" }>, to: string): Thought[] {
  if (provider?.from !== to || calls.length === 0) return [];
  return Sealed.safeParse(provider.fields?.thoughts).data?.map((one) => ({ type: "reasoning", ...one })) ?? [];
}

/** What the packages of providers call their own: a record of their names. */
const Options = z.record(z.string(), z.record(z.string(), z.json()));
const Sealed = z.array(z.object({ text: z.string(), providerOptions: Options }));

const ownOptions = (kept: unknown): { providerOptions?: z.infer<typeof Options> } => {
  const providerOptions = Options.safeParse(kept).data;
  return providerOptions === undefined ? {} : { providerOptions };
};

function part(prompt: PromptPart): Extract<LanguageModelV4Message, { role: "user" }>["content"][number] {
  if (prompt.type === "text") return { type: "text", text: prompt.text };
  const data = /^data:(image\/[\w.+-]+);base64,(.*)$/su.exec(prompt.url);
  const providerOptions = prompt.detail ? { openai: { imageDetail: prompt.detail } } : undefined;
  if (data) {
    const [, mediaType = "image/png", bytes = ""] = data;
    return { type: "file", mediaType, data: { type: "data", data: bytes }, providerOptions };
  }
  return { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(prompt.url) }, providerOptions };
}

function partReader(from: string): (part: LanguageModelV4StreamPart) => ModelEvent[] {
  const names = new Map<string, string>();
  const thoughts = sealedThoughts();
  let hasKept = false;
  return (part) => {
    switch (part.type) {
      case "text-start":
      case "text-end":
        return [{ type: part.type }];
      case "reasoning-start":
      case "reasoning-end":
        thoughts.note(part.id, "", part.providerMetadata);
        return [{ type: part.type }];
      case "text-delta":
        return [{ type: part.type, text: part.delta }];
      case "reasoning-delta":
        thoughts.note(part.id, part.delta, part.providerMetadata);
        return [{ type: part.type, text: part.delta }];
      case "tool-input-start":
        names.set(part.id, part.toolName);
        return [];
      case "tool-input-delta":
        return [{ type: "tool-input-delta", callId: part.id, name: names.get(part.id) ?? "", text: part.delta }];
      case "tool-call": {
        const kept = part.providerMetadata === undefined ? {} : { kept: part.providerMetadata };
        hasKept ||= part.providerMetadata !== undefined;
        return [{ type: "tool-call", callId: part.toolCallId, name: part.toolName, input: part.input, ...kept }];
      }
      case "finish": {
        const { inputTokens, outputTokens } = part.usage;
        const usage = { inputTokens: tokenCount(inputTokens.total), outputTokens: tokenCount(outputTokens.total) };
        const sealed = thoughts.sealed();
        const fields = sealed.length > 0 ? { fields: { thoughts: sealed } } : {};
        const data = sealed.length > 0 || hasKept ? [{ type: "provider-data" as const, from, ...fields }] : [];
        return [...data, { type: "finish", reason: finishReason(part.finishReason.unified), usage }];
      }
      case "error":
        throw toProviderError(part.error);
      default:
        // Metadata, sources, files and what providers run themselves: nothing a turn keeps.
        return [];
    }
  };
}

/** Gathers the thoughts that a provider has sealed: those with a text of its own that nobody but it can read. */
function sealedThoughts() {
  const found = new Map<string, { text: string; providerOptions: SharedV4ProviderMetadata }>();
  return {
    note(id: string, text: string, metadata: SharedV4ProviderMetadata | undefined): void {
      const one = found.get(id) ?? { text: "", providerOptions: {} };
      found.set(id, { text: one.text + text, providerOptions: { ...one.providerOptions, ...metadata } });
    },
    sealed: () => [...found.values()].filter(({ providerOptions }) => Object.values(providerOptions).some(isSealed)),
  };
}

const isSealed = (metadata: object): boolean =>
  Object.entries(metadata).some(
    ([name, value]) => /encrypted|signature|redacted/iu.test(name) && typeof value === "string" && value !== "",
  );

function finishReason(reason: string): FinishReason {
  switch (reason) {
    case "length":
    case "content-filter":
    case "tool-calls":
      return reason;
    case "error":
    case "interrupted":
      throw new ChatError("model-failed", "The model provider ended the answer before it was complete");
    default:
      return "stop";
  }
}
