import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, FinishReason, ModelEvent, ModelRequest, Usage } from "../domain/model.ts";
import { histogram, SCOPE } from "./instruments.ts";

/**
 * Tells telemetry of every model call: a span `chat {model}` and the metrics of the OpenTelemetry semantic conventions
 * for generative AI clients ("gen-ai-spans", "gen-ai-metrics"). Never what was said. Costs next to nothing while nobody
 * listens.
 */
export function observed(call: CallModel, provider: string): CallModel {
  return async function* (request) {
    const attributes: Attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": request.model,
    };
    const span = trace.getTracer(SCOPE).startSpan(`chat ${request.model}`, {
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, ...requestAttributes(request), "parley.purpose": request.purpose },
    });
    const startedAt = performance.now();
    let finish: { readonly reason: FinishReason; readonly usage: Usage } | null = null;
    let firstAt: number | null = null;
    let failure: string | null = null;
    try {
      for await (const batch of call(request)) {
        if (firstAt === null && batch.some(isToken)) firstAt = performance.now();
        for (const event of batch) if (event.type === "finish") finish = event;
        yield batch;
      }
    } catch (thrown) {
      failure = errorType(thrown);
      throw thrown;
    } finally {
      // A caller who leaves early ends here too.
      if (finish === null) failure ??= "cancelled";
      endSpan(span, finish, failure);
      const seconds = (performance.now() - startedAt) / 1000;
      const first = firstAt === null ? null : (firstAt - startedAt) / 1000;
      measure(failure === null ? attributes : { ...attributes, "error.type": failure }, seconds, first, finish?.usage);
    }
  };
}

const requestAttributes = ({ settings }: ModelRequest): Attributes => ({
  "gen_ai.request.temperature": settings.temperature,
  "gen_ai.request.top_p": settings.topP,
  "gen_ai.request.max_tokens": settings.maxTokens,
  "gen_ai.request.seed": settings.seed,
});

const isToken = (event: ModelEvent): boolean =>
  event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-call";

const errorType = (thrown: unknown): string => (thrown instanceof ChatError ? thrown.code : "internal");

function endSpan(
  span: Span,
  finish: { readonly reason: FinishReason; readonly usage: Usage } | null,
  failure: string | null,
): void {
  if (finish) {
    span.setAttribute("gen_ai.response.finish_reasons", [finish.reason]);
    if (finish.usage.inputTokens !== null) span.setAttribute("gen_ai.usage.input_tokens", finish.usage.inputTokens);
    if (finish.usage.outputTokens !== null) span.setAttribute("gen_ai.usage.output_tokens", finish.usage.outputTokens);
  }
  if (failure !== null) {
    span.setAttribute("error.type", failure);
    // A caller who hangs up is no fault of anybody.
    if (failure !== "cancelled") span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  }
  span.end();
}

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

function measure(attributes: Attributes, seconds: number, firstSeconds: number | null, usage: Usage | undefined): void {
  histogram("gen_ai.client.operation.duration", "s", SECONDS).record(seconds, attributes);
  if (firstSeconds !== null) {
    histogram("gen_ai.client.operation.time_to_first_chunk", "s", SECONDS).record(firstSeconds, attributes);
  }
  const tokens = histogram("gen_ai.client.token.usage", "{token}", TOKENS);
  for (const [type, count] of [
    ["input", usage?.inputTokens],
    ["output", usage?.outputTokens],
  ] as const) {
    if (typeof count === "number") tokens.record(count, { ...attributes, "gen_ai.token.type": type });
  }
}
