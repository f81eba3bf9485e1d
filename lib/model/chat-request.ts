import type { ModelRequest, PromptMessage, PromptPart } from "../domain/model.ts";

/**
 * The body of a streamed chat completion (OpenAI's API reference, "Create chat completion").
 *
 * It is what `@ai-sdk/openai-compatible` sends for the same prompt: a test compares the two.
 */
export function chatRequestBody(request: ModelRequest): Record<string, unknown> {
  const { settings, messages, tools, toolChoice } = request;
  return withoutUndefined({
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
    messages: messages.map(message),
    tools: tools.length > 0 ? tools.map(tool) : undefined,
    tool_choice: tools.length > 0 ? choice(toolChoice) : undefined,
    stream: true,
    stream_options: { include_usage: true },
  });
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

function message(prompt: PromptMessage): Record<string, unknown> {
  switch (prompt.role) {
    case "system":
      return { role: "system", content: prompt.text };
    case "user": {
      const [only, ...more] = prompt.parts;
      const content = only?.type === "text" && more.length === 0 ? only.text : prompt.parts.map(part);
      return { role: "user", content, ...(prompt.name ? { name: prompt.name } : {}) };
    }
    case "assistant":
      return {
        role: "assistant",
        content: prompt.text === "" && prompt.calls.length > 0 ? null : prompt.text,
        ...(prompt.name ? { name: prompt.name } : {}),
        ...(prompt.calls.length === 0
          ? {}
          : {
              tool_calls: prompt.calls.map((call) => ({
                id: call.callId,
                type: "function",
                function: { name: call.name, arguments: JSON.stringify(call.input) },
              })),
            }),
      };
    case "tool":
      return {
        role: "tool",
        tool_call_id: prompt.callId,
        content: typeof prompt.output === "string" ? prompt.output : JSON.stringify(prompt.output),
      };
  }
}

const part = (prompt: PromptPart) =>
  prompt.type === "text"
    ? { type: "text", text: prompt.text }
    : { type: "image_url", image_url: { url: prompt.url, ...(prompt.detail ? { detail: prompt.detail } : {}) } };
