import { afterEach, expect, test, vi } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { createTransport, type TransportPorts } from "./transport";
import { questionMessage } from "./turn-messages";

afterEach(() => vi.unstubAllGlobals());

const ids = { run_id: "r1", event_id: "e", created_at: "2026-01-01T00:00:00.000Z" };
const usage = { duration_ms: 10, total_input_tokens: 3, total_output_tokens: 4, turns: 1 };
const asked: SessionEvent = { type: "user_input", content: "Hi", message_id: "m1", ...ids };
const said = (content: string): SessionEvent => ({ type: "text_delta", content, ...ids });
const whole = (content: string): SessionEvent => ({ type: "text", content, ...ids });
const stop: SessionEvent = { type: "stop", is_error: false, error: null, usage, ...ids };

test("asks in the open session and streams the answer", async () => {
  const calls = serve([{ events: [asked, said("Hello"), whole("Hello"), stop] }]);
  const { text } = await send({ sessionId: () => "s1" });
  expect(text).toBe("Hello");
  expect(calls).toEqual(["POST /api/v1/chat/s1/messages/stream"]);
});

test("the first question makes the session", async () => {
  const calls = serve([{ json: { session_id: "s9" } }, { events: [asked, whole("Hello"), stop] }]);
  const onSession = vi.fn();
  await send({ sessionId: () => null, onSession });
  expect(calls).toEqual(["POST /api/v1/chat", "POST /api/v1/chat/s9/messages/stream"]);
  expect(onSession).toHaveBeenCalledWith({ session_id: "s9" });
});

test("a dropped connection goes on with the replay, without a double and without a gap", async () => {
  const calls = serve([
    { events: [asked, said("One "), said("two ")], breaks: true },
    { events: [asked, said("One "), said("two "), said("three"), whole("One two three"), stop] },
  ]);
  const onConnection = vi.fn();
  const { text, types } = await send({ onConnection });
  expect(text).toBe("One two three");
  expect(types).not.toContain("reset-step");
  expect(onConnection.mock.calls.flat()).toEqual(["lost", "open"]);
  expect(calls[1]).toBe("GET /api/v1/chat/s1/messages/stream");
});

test("a replay that went another way replaces what was shown", async () => {
  serve([{ events: [asked, said("One two")], breaks: true }, { events: [asked, said("Uno"), whole("Uno"), stop] }]);
  const { text, types } = await send({});
  expect(types).toContain("reset-step");
  expect(text).toBe("Uno");
});

test("when there is nothing to follow any more, the stored session is asked for", async () => {
  serve([{ events: [asked, said("One")], breaks: true }, { status: 204 }]);
  const onGone = vi.fn();
  await send({ onGone });
  expect(onGone).toHaveBeenCalledOnce();
});

test("a question the network swallowed is sent again under the same id", async () => {
  const calls = serve([{ fails: true }, { events: [asked, whole("Hello"), stop] }]);
  const { text } = await send({});
  expect(text).toBe("Hello");
  expect(calls).toHaveLength(2);
});

test("a refusal is thrown with its status and sentence", async () => {
  serve([{ status: 409, json: { detail: "Session already has a running turn" } }]);
  await expect(send({})).rejects.toMatchObject({ status: 409, message: "Session already has a running turn" });
});

test("a followed turn says its question first", async () => {
  serve([{ events: [asked, whole("Hello"), stop] }]);
  const onQuestion = vi.fn();
  const stream = await createTransport(ports({ onQuestion })).reconnectToStream({ chatId: "c" });
  expect((await read(stream)).text).toBe("Hello");
  expect(onQuestion).toHaveBeenCalledWith({ id: "m1", text: "Hi" });
});

type Answer = {
  events?: SessionEvent[];
  breaks?: boolean;
  fails?: boolean;
  status?: number;
  json?: unknown;
};

function serve(answers: Answer[]): string[] {
  const calls: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    calls.push(`${init?.method ?? "GET"} ${path.split("?")[0]}`);
    const answer = answers.shift();
    if (!answer || answer.fails) throw new TypeError("network");
    if (answer.status === 204) return new Response(null, { status: 204 });
    if (!answer.events) return Response.json(answer.json, { status: answer.status ?? 200 });
    return new Response(body(answer.events, answer.breaks === true));
  });
  return calls;
}

function body(events: SessionEvent[], breaks: boolean): ReadableStream<Uint8Array> {
  const frames = events.map((event, index) => `id: ${index + 1}\ndata: ${JSON.stringify(event)}\n\n`);
  return new ReadableStream({
    pull(controller) {
      const frame = frames.shift();
      if (frame) controller.enqueue(new TextEncoder().encode(frame));
      else if (breaks) controller.error(new TypeError("cut"));
      else controller.close();
    },
  });
}

const ports = (over: Partial<TransportPorts>): TransportPorts => ({
  sessionId: () => "s1",
  onSession: () => {},
  onAccepted: () => {},
  onQuestion: () => {},
  onConnection: () => {},
  onGone: () => {},
  wait: async () => {},
  ...over,
});

async function send(over: Partial<TransportPorts>) {
  const stream = await createTransport(ports(over)).sendMessages({
    trigger: "submit-message",
    chatId: "c",
    messageId: undefined,
    messages: [questionMessage("m1", "Hi")],
    abortSignal: undefined,
  });
  return read(stream);
}

async function read(stream: Awaited<ReturnType<ReturnType<typeof createTransport>["reconnectToStream"]>>) {
  let text = "";
  const types: string[] = [];
  if (stream)
    for await (const chunk of stream as unknown as AsyncIterable<{ type: string; delta?: string }>) {
      types.push(chunk.type);
      if (chunk.type === "reset-step") text = "";
      if (chunk.type === "text-delta") text += chunk.delta;
    }
  return { text, types };
}
