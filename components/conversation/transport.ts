import type { ChatTransport, UIMessageChunk } from "ai";
import { v4 as newId } from "uuid";
import type { SessionEvent, SessionSummary } from "@/lib/dialects/llamacloud/answers.ts";
import { askTurn, createSession, followTurn, isProblem, type TurnRequest } from "../api";
import { eventsOf } from "./sse";
import { type AnswerFacts, type ChatMessage, chunksBetween, standing } from "./turn-messages";
import { emptyTurn, foldEvent, type TurnState } from "./turn-state";

export type TransportPorts = {
  /** The session to ask in, or null when the first question makes one. */
  readonly sessionId: () => string | null;
  readonly onSession: (session: SessionSummary) => void;
  /** The server has taken the question. */
  readonly onAccepted: () => void;
  /** A followed turn has said its question, before its answer begins. */
  readonly onQuestion: (question: { readonly id: string; readonly text: string }) => void;
  readonly onConnection: (state: "open" | "lost") => void;
  /** The turn can no longer be followed; the stored session knows how it went. */
  readonly onGone: () => void;
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
};

type Chunk = UIMessageChunk<AnswerFacts>;

const backoffMs = [400, 1000, 2000, 4000, 8000];

/** Speaks the session's stream endpoints and gives `useChat` its chunks; a broken connection is mended underneath. */
export function createTransport(ports: TransportPorts): ChatTransport<ChatMessage> {
  const wait = ports.wait ?? pause;
  return {
    resumeStreamIsReplay: true,
    async sendMessages({ messages, abortSignal, body }) {
      const signal = abortSignal ?? undefined;
      const request = turnRequest(messages, body);
      let id = ports.sessionId();
      if (id === null) {
        const session = await createSession(signal);
        id = session.session_id;
        ports.onSession(session);
      }
      const response = await persist(() => askTurn(id, request, signal), wait, signal, ports);
      ports.onAccepted();
      return streamOf(turnChunks(id, response, emptyTurn, wait, signal, ports));
    },
    async reconnectToStream({ abortSignal }) {
      const signal = abortSignal ?? undefined;
      const id = ports.sessionId();
      const response = id === null ? null : await followTurn(id, signal);
      if (id === null || response === null) return null;
      const events = turnChunks(id, response, emptyTurn, wait, signal, ports, true);
      return streamOf(events);
    },
  };
}

function turnRequest(messages: readonly ChatMessage[], body: object | undefined): TurnRequest {
  const question = messages.at(-1);
  const prompt = question?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
  return { index_ids: [], prompt, message_id: question?.id ?? newId(), ...body };
}

/** Repeats what the network swallowed; the message id makes the repeat harmless. */
async function persist(
  ask: () => Promise<Response>,
  wait: typeof pause,
  signal: AbortSignal | undefined,
  ports: TransportPorts,
): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await ask();
      if (attempt > 0) ports.onConnection("open");
      return response;
    } catch (thrown) {
      const again = isProblem(thrown) && thrown.status === 0 && attempt < 3;
      if (!again) {
        if (attempt > 0) ports.onConnection("open");
        throw thrown;
      }
      ports.onConnection("lost");
      await wait(backoffMs[attempt] ?? 8000, signal);
    }
  }
}

async function* turnChunks(
  id: string,
  first: Response,
  start: TurnState,
  wait: typeof pause,
  signal: AbortSignal | undefined,
  ports: TransportPorts,
  followed = false,
): AsyncGenerator<Chunk, void> {
  let shown = start;
  let response: Response | null = first;
  for (let attempt = 0; ; attempt++) {
    const again = attempt > 0;
    let told = again ? emptyTurn : shown;
    try {
      for await (const event of bodyEvents(response)) {
        if (again && told === emptyTurn) ports.onConnection("open");
        told = foldEvent(told, event);
        if (followed && !again && event.type === "user_input" && told.question) ports.onQuestion(told.question);
        const stands = again ? standing(told, shown) : "covers";
        if (stands === "behind" && told.stop === null) continue;
        if (stands !== "covers") {
          yield { type: "reset-step" };
          shown = { ...emptyTurn, runId: told.runId, question: told.question };
        }
        yield* chunksBetween(shown, told);
        shown = told;
        if (shown.stop !== null) return;
      }
    } catch (thrown) {
      if (signal?.aborted) throw thrown;
    }
    if (signal?.aborted) return;
    ports.onConnection("lost");
    response = await followAgain(id, wait, signal);
    if (response === null) {
      ports.onConnection("open");
      ports.onGone();
      return;
    }
  }
}

async function* bodyEvents(response: Response | null): AsyncGenerator<SessionEvent, void> {
  if (response?.body) yield* eventsOf(response.body);
}

/** Asks for the running turn until the server answers; null when there is none any more. */
async function followAgain(id: string, wait: typeof pause, signal: AbortSignal | undefined): Promise<Response | null> {
  for (let attempt = 0; ; attempt++) {
    await wait(backoffMs[Math.min(attempt, backoffMs.length - 1)] ?? 8000, signal);
    try {
      return await followTurn(id, signal);
    } catch (thrown) {
      if (signal?.aborted) throw thrown;
      if (isProblem(thrown) && thrown.status >= 400 && thrown.status < 500 && thrown.status !== 429) return null;
    }
  }
}

/** Waits, but not past the moment the network is back. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end);
    signal?.addEventListener("abort", abort);
  });
}

function streamOf(chunks: AsyncGenerator<Chunk, void>): ReadableStream<Chunk> {
  return new ReadableStream<Chunk>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (thrown) {
        controller.error(thrown);
      }
    },
    async cancel() {
      await chunks.return();
    },
  });
}
