import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { startTelemetry } from "./telemetry.ts";

// What a collector receives, and what Prometheus reads, of a few requests.

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };
type SentSpan = { readonly name: string; readonly kind: number; readonly attributes: readonly Attribute[] };

const received: { readonly path: string; readonly body: string }[] = [];
const collector = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    received.push({ path: request.url ?? "", body: Buffer.concat(parts).toString() });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
});

let api: Api;
let stop: () => Promise<void>;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const address = collector.address();
  const port = typeof address === "object" && address ? address.port : 0;
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  api = await openApi();
  stop = await startTelemetry(true, {
    runningTurns: async () => api.server.parley.ports.runner.count(),
    hide: (text) => text,
  });
  api.model.onMessage(/fail/s, { error: { message: "no", type: "invalid_request_error" }, status: 400 });
  api.model.onMessage(/.*/s, {
    content: "a secret answer",
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
});
afterAll(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await api.close();
  await new Promise((resolve) => collector.close(resolve));
});

test("turns, model calls and requests are measured, and nothing that was said is told", async () => {
  const ask = (prompt: string) => api.call("POST", "/v1/chat", { body: { bot_slug: "taxson", prompt, stream: false } });
  expect((await ask("a secret question")).status).toBe(200);
  expect((await ask("fail, a secret question")).status).toBe(502);

  const { status, headers, body } = await api.call("GET", "/api/metrics");
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  const line = (pattern: RegExp) => expect(body).toMatch(pattern);
  line(/^gen_ai_client_token_usage_sum\{.*gen_ai_token_type="input".*\} 11$/mu);
  line(/^gen_ai_client_token_usage_sum\{.*gen_ai_token_type="output".*\} 7$/mu);
  line(/^gen_ai_client_operation_duration_count\{.*error_type="model-refused".*\} 1$/mu);
  line(/^http_server_request_duration_count\{.*http_response_status_code="502".*parley_surface="bots".*\} 1$/mu);
  line(/^parley_turns_total\{parley_dialect="bots",parley_status="completed".*\} 1$/mu);
  line(/^parley_turns_total\{parley_dialect="bots",parley_status="failed".*\} 1$/mu);
  line(/^parley_turns_running\{?.*\}? ?0$/mu);
  expect(body).not.toContain("secret");

  await stop();
  const spans: SentSpan[] = received
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) => JSON.parse(body).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }: { spans: SentSpan[] }) => spans));
  const told = spans.map(({ name, kind, attributes }) => [
    name,
    kind,
    Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  ]);
  expect(told).toEqual([
    [
      "chat test-model",
      3,
      expect.objectContaining({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "test-model",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
      }),
    ],
    ["chat test-model", 3, expect.objectContaining({ "error.type": "model-refused" })],
  ]);
  expect(received.some(({ path }) => path === "/v1/metrics")).toBe(true);
  expect(JSON.stringify(received)).not.toContain("secret");
});

test("metrics are for the owner's keys alone", async () => {
  const { key } = await api.server.makeAccount();
  expect((await api.call("GET", "/api/metrics", { key })).status).toBe(403);
  expect((await api.call("GET", "/api/metrics", { key: null })).status).toBe(401);
});
