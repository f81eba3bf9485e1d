import type { SessionSummary } from "@/lib/dialects/llamacloud/answers.ts";
import type { ConversationPorts } from "./conversation-ports";
import type { HeldState } from "./held-state";
import type { SessionReader } from "./session-reader";

type Ports = Pick<ConversationPorts, "createSession" | "told">;

/** Makes the session of a conversation that has none, once, however many want it at the same time. */
export function createSessionMaker(ports: Ports, { get, tell }: HeldState, reader: SessionReader) {
  let making: Promise<string> | null = null;
  /** Made without a question: it is in no list before the first one. */
  let unlisted: SessionSummary | null = null;

  async function make(signal: AbortSignal): Promise<string> {
    const session = await ports.createSession(signal);
    reader.knows(session.last_updated_at);
    tell({ type: "made", sessionId: session.session_id });
    unlisted = session;
    return session.session_id;
  }

  function made(signal: AbortSignal): Promise<string> {
    making ??= make(signal).finally(() => {
      making = null;
    });
    return making;
  }

  function list(topic: string): void {
    const session = unlisted;
    unlisted = null;
    if (session && reader.isOpen()) ports.told.made(session, topic);
  }

  return {
    /** For a question: its id at once where it is there. `topic` is what it is called by until it has a title. */
    forQuestion(topic: string, signal: AbortSignal): string | Promise<string> {
      const { sessionId } = get();
      if (sessionId === null) return made(signal).finally(() => list(topic));
      list(topic);
      return sessionId;
    },
    /** For something that is put into it before a question is asked. */
    async withoutQuestion(): Promise<string> {
      const id = get().sessionId ?? (await made(new AbortController().signal));
      if (unlisted && reader.isOpen()) ports.told.opened(id);
      return id;
    },
  };
}
