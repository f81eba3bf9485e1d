import { performance as eventLoop } from "node:perf_hooks";
import { type Attributes, metrics } from "@opentelemetry/api";
import type { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import type { Hide } from "../domain/secrets.ts";
import { counter, histogram, SCOPE } from "../model/instruments.ts";
import { discreet } from "./discreet-spans.ts";

// One set of instruments for both ways out: /api/metrics for Prometheus, and OTLP where an endpoint is set. The
// packages that collect and send are loaded at the start; without it the instruments do nothing.

// Next bundles each route by itself: what is once in the process hangs on the global object.
const EXPORTER = Symbol.for("parley.prometheus");
const FLUSH = Symbol.for("parley.telemetry-flush");
const holder = globalThis as { [EXPORTER]?: PrometheusExporter; [FLUSH]?: () => Promise<void> }; // the keys are ours alone

/**
 * Starts collecting metrics, and with an OTLP endpoint sends them and traces there (OpenTelemetry's own OTEL_…
 * variables say how). Gives what sends the rest and stops. `runningTurns` is asked whenever metrics are read; `hide`
 * hides the server's secrets in what traces tell. Where the host is not always awake, `flushTelemetry` sends what there
 * is.
 */
export async function startTelemetry(
  otlp: boolean,
  {
    runningTurns,
    hide,
    isAlwaysAwake = true,
  }: { readonly runningTurns: () => Promise<number>; readonly hide: Hide; readonly isAlwaysAwake?: boolean },
): Promise<() => Promise<void>> {
  const [
    { MeterProvider, PeriodicExportingMetricReader },
    { PrometheusExporter },
    { defaultResource, resourceFromAttributes },
  ] = await Promise.all([
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/exporter-prometheus"),
    import("@opentelemetry/resources"),
  ]);
  const name = process.env.OTEL_SERVICE_NAME?.trim() || SCOPE;
  const resource = defaultResource().merge(resourceFromAttributes({ "service.name": name }));
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  holder[EXPORTER] = prometheus;
  const sender = otlp ? await otlpSender(resource, hide) : null;
  const readers = sender
    ? [prometheus, new PeriodicExportingMetricReader({ exporter: sender.metricExporter })]
    : [prometheus];
  const provider = new MeterProvider({ resource, readers });
  metrics.setGlobalMeterProvider(provider);
  watchProcess(runningTurns);
  if (sender && !isAlwaysAwake) {
    holder[FLUSH] = async () => void (await Promise.allSettled([provider.forceFlush(), sender.flush()]));
  }
  return async () => {
    delete holder[FLUSH];
    await Promise.allSettled([provider.shutdown(), sender?.stop()]);
    metrics.disable();
    delete holder[EXPORTER];
  };
}

type Resource = ReturnType<typeof import("@opentelemetry/resources")["defaultResource"]>;

async function otlpSender(resource: Resource, hide: Hide) {
  const [
    { OTLPTraceExporter },
    { OTLPMetricExporter },
    { TracerProvider, BatchSpanProcessor },
    hooks,
    { context, trace },
  ] = await Promise.all([
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-metrics-otlp-http"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/api"),
  ]);
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: discreet(new OTLPTraceExporter(), hide) })],
  });
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    metricExporter: new OTLPMetricExporter(),
    flush: () => provider.forceFlush(),
    async stop() {
      await provider.shutdown();
      trace.disable();
      context.disable();
    },
  };
}

function watchProcess(runningTurns: () => Promise<number>): void {
  const meter = metrics.getMeter(SCOPE);
  meter
    .createObservableGauge("parley.turns.running", { unit: "{turn}", description: "Turns that run in this process" })
    .addCallback(async (result) => result.observe(await runningTurns()));
  meter
    .createObservableGauge("process.memory.usage", { unit: "By", description: "Resident memory" })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  let last = eventLoop.eventLoopUtilization();
  meter
    .createObservableGauge("nodejs.eventloop.utilization", { unit: "1", description: "Since it was read before" })
    .addCallback((result) => {
      const now = eventLoop.eventLoopUtilization();
      result.observe(eventLoop.eventLoopUtilization(now, last).utilization);
      last = now;
    });
}

/** Sends what nobody would send while the process is frozen; elsewhere timers do. Never throws. */
export const flushTelemetry = (): Promise<void> => holder[FLUSH]?.() ?? Promise.resolve();

/** The metrics in the text format of Prometheus; null while the server starts. */
export async function prometheusText(): Promise<string | null> {
  const exporter = holder[EXPORTER];
  if (!exporter) return null;
  const { PrometheusSerializer } = await import("@opentelemetry/exporter-prometheus");
  const { resourceMetrics } = await exporter.collect();
  return new PrometheusSerializer().serialize(resourceMetrics);
}

/** Those of the semantic conventions: a caller who makes up methods is to make up no series of numbers. */
const METHODS = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]);
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Notes an answered request: "http.server.request.duration" of the semantic conventions for HTTP. */
export function noteRequest(attributes: {
  readonly surface: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}): void {
  const { surface, method, status, seconds } = attributes;
  const labels: Attributes = {
    "http.request.method": METHODS.has(method) ? method : "_OTHER",
    "http.response.status_code": status,
    "parley.surface": surface,
  };
  histogram("http.server.request.duration", "s", SECONDS).record(seconds, labels);
}

/** Notes a turn that has ended in this process. */
export function noteTurn(dialect: string, status: string): void {
  const turns = counter("parley.turns", "{turn}", "Turns that have ended");
  turns.add(1, { "parley.dialect": dialect, "parley.status": status });
}
