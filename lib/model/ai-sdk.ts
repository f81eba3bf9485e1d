import type {
  JSONSchema7,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, FinishReason, ModelEvent, ModelRequest } from "../domain/model.ts";
import { tokenCount } from "../domain/token-count.ts";
import type { JsonSchema } from "../domain/tool.ts";
import { coalesce } from "./coalesce.ts";
import { modelFamily } from "./endpoint-url.ts";
import { framePace } from "./frame-pace.ts";
import { ANSWER_LIMIT_BYTES, limitedFetch } from "./limited-text.ts";
import { type PromptRules, packagePrompt } from "./package-prompt.ts";
import { toProviderError } from "./provider-error.ts";
import { sealedThoughts } from "./sealed-thoughts.ts";
import { WAITS, type Waits, watch } from "./waits.ts";

/** What a provider package is opened with, and what it gives for a model's name. */
type OpenModel = (
  model: string,
  settings: { readonly apiKey: string; readonly fetch: typeof fetch },
) => LanguageModelV4 | Promise<LanguageModelV4>;

type PackageSettings = {
  readonly apiKey?: string;
  readonly waits?: Waits;
  /** What the provider demands of messages; absent: nothing. */
  readonly rules?: Omit<PromptRules, "from">;
  /** Names the provider, where it wants back what it seals into answers; absent: nothing goes back. */
  readonly keepsFor?: string;
};

/** Names OpenAI in what it wants back. */
const OPENAI = "https://api.openai.com/v1";

/** Calls OpenAI: the Responses API, with reasoning. Its package is loaded with the first call. */
export const callOpenAI = (settings: Pick<PackageSettings, "apiKey" | "waits">): CallModel =>
  callThroughPackage(
    async (model, options) => {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI(options)(model);
    },
    { ...settings, keepsFor: OPENAI },
  );

/**
 * Calls a provider through its package's own `doStream`.
 *
 * Not through `streamText`, which costs twice as much a token and has a loop, retries and callbacks that we have too.
 */
export function callThroughPackage(
  openModel: OpenModel,
  { apiKey: ownKey, waits = WAITS, rules = {}, keepsFor }: PackageSettings,
): CallModel {
  return async function* (request) {
    const from = keepsFor === undefined ? null : `${keepsFor} ${modelFamily(request.model)}`;
    const watching = watch(request.signal, waits);
    const settings = {
      apiKey: request.apiKey ?? ownKey ?? "",
      fetch: limitedFetch(ANSWER_LIMIT_BYTES, watching.heard),
    };
    const model = await openModel(request.model, settings);
    try {
      const { stream } = await model.doStream({
        ...callOptions(request, { ...rules, from }),
        abortSignal: watching.signal,
      });
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
  rules: PromptRules,
): LanguageModelV4CallOptions {
  const format = settings.responseFormat;
  return {
    prompt: packagePrompt(messages, rules),
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

/** `from` names who made what is kept of an answer; null: nothing is. */
function partReader(from: string | null): (part: LanguageModelV4StreamPart) => ModelEvent[] {
  const names = new Map<string, string>();
  const sealed = sealedThoughts(from);
  return (part) => {
    switch (part.type) {
      case "text-start":
      case "text-end":
        return [{ type: part.type }];
      case "text-delta":
        return [{ type: part.type, text: part.delta }];
      case "reasoning-start":
      case "reasoning-end":
        sealed.note(part.id, "", part.providerMetadata);
        return [{ type: part.type }];
      case "reasoning-delta":
        sealed.note(part.id, part.delta, part.providerMetadata);
        return [{ type: part.type, text: part.delta }];
      case "tool-input-start":
        names.set(part.id, part.toolName);
        return [];
      case "tool-input-delta":
        return [{ type: "tool-input-delta", callId: part.id, name: names.get(part.id) ?? "", text: part.delta }];
      case "tool-call":
        return [{ type: "tool-call", ...sealed.ofCall(part.providerMetadata), ...callOf(part) }];
      case "finish": {
        const { inputTokens, outputTokens } = part.usage;
        const usage = { inputTokens: tokenCount(inputTokens.total), outputTokens: tokenCount(outputTokens.total) };
        return [...sealed.data(), { type: "finish", reason: finishReason(part.finishReason.unified), usage }];
      }
      case "error":
        throw toProviderError(part.error);
      default:
        // Metadata, sources, files and what providers run themselves: nothing a turn keeps.
        return [];
    }
  };
}

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

type ToolCallPart = Extract<LanguageModelV4StreamPart, { type: "tool-call" }>;
const callOf = ({ toolCallId, toolName, input }: ToolCallPart) => ({ callId: toolCallId, name: toolName, input });
