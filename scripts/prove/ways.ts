import { type Exchange, framesOf } from "./http.ts";
import type { Ending, Way } from "./ledger.ts";
import type { LlamaEvent } from "./seen.ts";

// How a question is asked in each dialect, and what its answer says.

export type AskedIn = {
  readonly agentId: string;
  /** Null: the call makes the session. */
  readonly sessionId: string | null;
  readonly question: string;
  /** Makes a repeat safe; null: a repeat would be another question. */
  readonly key: string | null;
};

type Request = { readonly path: string; readonly body: object; readonly headers: Readonly<Record<string, string>> };

export function requestOf(way: Way, { agentId, sessionId, question, key }: AskedIn): Request {
  const headers: Record<string, string> = key === null ? {} : { "idempotency-key": key };
  const messages = [{ role: "user", content: question }];
  switch (way) {
    case "llamacloud":
      return {
        path: `/api/v1/chat/${sessionId}/messages/stream?event_ids=1`,
        body: { index_ids: [], prompt: question, message_id: key },
        headers: {},
      };
    case "julep":
    case "julep-stream":
      return { path: `/api/sessions/${sessionId}/chat`, body: { messages, stream: way === "julep-stream" }, headers };
    case "assistants":
    case "assistants-stream": {
      const session = sessionId === null ? { create_session: true } : { store_in_session: sessionId };
      return {
        path: `/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`,
        body: { messages, stream: way === "assistants-stream", ...session },
        headers,
      };
    }
    default:
      return way satisfies never;
  }
}

export type Answered = {
  readonly ending: Ending;
  readonly sessionId: string | null;
  /** Whether the question was told to be in the session. */
  readonly isEntered: boolean;
};

/** What an exchange came to. "lost" where its last frame is missing. */
export function answeredOf(way: Way, { status, body, isWhole }: Exchange): Answered {
  const lost: Answered = { ending: { kind: "lost" }, sessionId: null, isEntered: false };
  if (status >= 400) {
    if (!isWhole) return lost;
    return {
      ...lost,
      ending: status < 500 ? { kind: "refused", status } : { kind: "failed", why: `${status} ${body}` },
    };
  }
  switch (way) {
    case "llamacloud":
      return llamacloudAnswer(body);
    case "julep-stream":
      return { ...lost, ending: julepStreamed(body) };
    case "assistants-stream":
      return assistantsStreamed(body);
    case "julep":
    case "assistants": {
      if (!isWhole) return lost;
      const { choices, session_id } = JSON.parse(body);
      const text: string = choices[0].message.content;
      return { ending: { kind: "acknowledged", text }, sessionId: session_id ?? null, isEntered: true };
    }
    default:
      return way satisfies never;
  }
}

function llamacloudAnswer(body: string): Answered {
  const events: LlamaEvent[] = framesOf(body).map(({ data }) => JSON.parse(data));
  const isEntered = events.some(({ type }) => type === "user_input");
  const text = events.map(({ type, content }) => (type === "text_delta" ? content : "")).join("");
  const stop = events.find(({ type }) => type === "stop");
  if (stop === undefined) return { ending: { kind: "lost" }, sessionId: null, isEntered };
  const ending: Ending = stop.is_error
    ? { kind: "ended", status: stop.error ?? "", text }
    : { kind: "acknowledged", text };
  return { ending, sessionId: null, isEntered };
}

function julepStreamed(body: string): Ending {
  let text = "";
  for (const { event, data } of framesOf(body)) {
    if (event === "error") return { kind: "failed", why: data };
    const { choices, usage } = JSON.parse(data);
    text += choices[0].delta.content ?? "";
    if (usage !== null) return { kind: "acknowledged", text };
  }
  return { kind: "lost" };
}

function assistantsStreamed(body: string): Answered {
  let text = "";
  let sessionId: string | null = null;
  for (const { data } of framesOf(body)) {
    if (data === "[DONE]") return { ending: { kind: "acknowledged", text }, sessionId, isEntered: true };
    const { choices, session_id, error } = JSON.parse(data);
    if (error) return { ending: { kind: "failed", why: data }, sessionId, isEntered: false };
    sessionId ??= session_id ?? null;
    text += choices[0]?.delta.content ?? "";
  }
  return { ending: { kind: "lost" }, sessionId, isEntered: false };
}
