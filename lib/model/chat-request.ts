import { exactJson } from "../domain/exact-numbers.ts";
import type { ModelRequest, ReadyMessage, ReadyPart } from "../domain/model.ts";
import { isObject } from "./shapes.ts";

/** A message as it is sent. */
export type WireMessage = {
  readonly role: string;
  readonly content?: string | null | readonly WirePart[];
  readonly name?: string;
  readonly tool_calls?: readonly WireCall[];
  readonly tool_call_id?: string;
  readonly [extra: string]: unknown;
};
export type WirePart = { readonly type: string; readonly text?: string; readonly [extra: string]: unknown };
export type WireCall = {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
  readonly [extra: string]: unknown;
};

/** A request as it is sent, and what is known of it besides. */
export type ChatBody = Readonly<Record<string, unknown>> & { readonly messages: readonly WireMessage[] };

/**
 * The body of a streamed chat completion (OpenAI's API reference, "Create chat completion").
 *
 * It is what `@ai-sdk/openai-compatible` sends for the same prompt: a test compares the two. Beside that a message
 * takes with it what the provider named `to` wants back with it; of what another provider made nothing is sent.
 * Arguments that are no JSON object are sent as an empty one: no server takes them, and the call's result says what was
 * wrong.
 */
export function chatRequestBody(request: ModelRequest, to = ""): ChatBody {
  const { settings, messages, tools, toolChoice } = request;
  return {
    ...withoutUndefined({
      model: request.model,
      user: request.endUser,
      max_tokens: settings.maxTokens,
      temperature: settings.temperature,
      top_p: settings.topP,
      frequency_penalty: settings.frequencyPenalty,
      presence_penalty: settings.presencePenalty,
      response_format: responseFormat(settings.responseFormat),
      stop: settings.stop && settings.stop.length > 0 ? settings.stop : undefined,
      seed: settings.seed,
      logit_bias: settings.logitBias,
      tools: tools.length > 0 ? tools.map(tool) : undefined,
      tool_choice: tools.length > 0 ? choice(toolChoice) : undefined,
      stream: true,
      stream_options: { include_usage: true },
    }),
    messages: messages.map((one) => message(one, to)),
  };
}

const withoutUndefined = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

function responseFormat(format: ModelRequest["settings"]["responseFormat"]) {
  if (format?.type === "json_object") return { type: "json_object" };
  if (format?.type !== "json_schema") return undefined;
  return { type: "json_schema", json_schema: { schema: format.schema, strict: true, name: "response" } };
}

const tool = ({ name, description, parameters }: ModelRequest["tools"][number]) => ({
  type: "function",
  function: withoutUndefined({ name, description: description ?? undefined, parameters }),
});

const choice = (toolChoice: ModelRequest["toolChoice"]) => {
  if (toolChoice === "auto") return undefined;
  return toolChoice === "none" ? "none" : { type: "function", function: { name: toolChoice.name } };
};

function message(prompt: ReadyMessage, to: string): WireMessage {
  switch (prompt.role) {
    case "system":
      return { role: "system", content: prompt.text };
    case "user": {
      const [only, ...more] = prompt.parts;
      const content = only?.type === "text" && more.length === 0 ? only.text : prompt.parts.map(part);
      return { role: "user", content, ...(prompt.name ? { name: prompt.name } : {}) };
    }
    case "assistant":
      return assistantMessage(prompt, to);
    case "tool":
      return {
        role: "tool",
        tool_call_id: prompt.callId,
        content: typeof prompt.output === "string" ? prompt.output : exactJson(prompt.output),
      };
  }
}

function assistantMessage(prompt: Extract<ReadyMessage, { role: "assistant" }>, to: string): WireMessage {
  const { text, calls, name } = prompt;
  const own = prompt.provider?.from === to && to !== "" ? prompt.provider : undefined;
  // Thoughts go back with calls alone: elsewhere nobody asks for them, and they cost what they cost.
  const takesThoughts = own?.reasoning && own.thoughts && calls.length > 0;
  return {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(name ? { name } : {}),
    ...(takesThoughts && own.reasoning ? { [own.reasoning]: own.thoughts } : {}),
    ...own?.fields,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call): WireCall => {
            const kept = own?.calls?.[call.callId];
            return {
              id: call.callId,
              type: "function",
              function: { name: call.name, arguments: isObject(call.input) ? exactJson(call.input) : "{}" },
              ...(isObject(kept) ? kept : {}),
            };
          }),
        }),
  };
}

const part = (prompt: ReadyPart): WirePart =>
  prompt.type === "text"
    ? { type: "text", text: prompt.text }
    : { type: "image_url", image_url: { url: prompt.url, ...(prompt.detail ? { detail: prompt.detail } : {}) } };
