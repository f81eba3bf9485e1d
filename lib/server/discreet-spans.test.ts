import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { hiding } from "../domain/secrets.ts";
import { discreet } from "./discreet-spans.ts";

const KEY = "plain-Zq7Wm3TbX9dLr5Yh2";

test("spans tell no query of an address, no stack, and no secret in any text", async () => {
  const kept = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: discreet(kept, hiding([KEY])) })],
  });
  const attributes = {
    "http.target": "/sign-in/link?token=whisper",
    "url.full": "http://me:whisper@site.test/a?x=whisper",
    "next.route": "/sign-in/link",
    "http.status_code": 303,
    list: [`Bearer ${KEY}`, "plain"],
  };
  const span = provider.getTracer("test").startSpan(`GET /sign-in/link?token=whisper ${KEY}`, { attributes });
  span.recordException(new Error(`Refused ${KEY}`));
  span.setStatus({ code: 2, message: `Refused ${KEY}` });
  span.end();
  await provider.forceFlush();
  const [told] = kept.getFinishedSpans();
  expect(told?.name).toBe("GET /sign-in/link [hidden]");
  expect(told?.attributes).toEqual({
    "http.target": "/sign-in/link",
    "url.full": "http://[hidden]@site.test/a",
    "next.route": "/sign-in/link",
    "http.status_code": 303,
    list: ["Bearer [hidden]", "plain"],
  });
  expect(told?.spanContext().traceId).toBe(span.spanContext().traceId);
  const text = JSON.stringify([told?.events, told?.status]);
  expect(text).toContain("Refused [hidden]");
  for (const part of [KEY.slice(0, 12), "stacktrace"]) expect(text).not.toContain(part);
});
