import { isProblem } from "../api";
import type { AttachedFile } from "./attachments/attachment";
import type { Asked, AskedTurn, CallResult, ConversationPorts, SentWith } from "./conversation-ports";
import type { HeldState } from "./held-state";
import { shownIn } from "./other-turns";
import { createSessionMaker } from "./session-maker";
import type { SessionReader } from "./session-reader";
import type { TurnStream } from "./turn-reader";
import type { Question } from "./turn-state";

/** A stop is asked for so often, until there is a turn to stop. */
const STOPS = 6;

/** The files of a question that can be sent again: those that the server has. */
export const resent = (files: Question["files"] = []): readonly AttachedFile[] =>
  files.flatMap(({ id, size, ...file }) => (id === null ? [] : [{ ...file, id, size: size ?? 0 }]));

/** Sends questions, and stops what was asked. */
export function createAsking(ports: ConversationPorts, held: HeldState, reader: SessionReader) {
  const { get, tell } = held;
  const sessions = createSessionMaker(ports, held, reader);
  /**
   * Asks, in place of the turn of a key and all after it where one is given. One question at a time. Under an id that
   * the server has seen it is not asked again.
   */
  async function ask(text: string, asked: Asked, inPlaceOf: string | null, id = ports.newId()): Promise<void> {
    if (get().run) return;
    const replaced = inPlaceOf === null ? null : shownIn(get()).turns.find(({ key }) => key === inPlaceOf)?.question;
    if (replaced === undefined) return;
    const place = replaced === null ? {} : { instead_of_id: replaced.id };
    const { files = resent(replaced?.files), ...sentWith } = asked;
    const attached = files.length === 0 ? {} : { attachments: files.map((file) => file.id) };
    tell({ type: "asked", question: { id, text, files }, inPlaceOf });
    const turn = { ...sentWith, ...attached, ...place, prompt: text, message_id: id };
    // Without words a new session is called by its files until it has a title.
    await take(turn, text, text || (files[0]?.name ?? ""));
  }

  /** Answers the calls that wait at the end of the last turn, which goes on. */
  async function answer(results: readonly CallResult[], sentWith: SentWith): Promise<void> {
    if (get().run || get().sessionId === null) return;
    tell({ type: "answered" });
    await take({ ...sentWith, tool_results: results, message_id: ports.newId() }, "");
  }

  /** Sends a turn that is shown already, and follows it. */
  async function take(turn: AskedTurn, text: string, topic = text): Promise<void> {
    const own = new AbortController();
    const isMine = reader.claim(own);
    try {
      const made = sessions.forQuestion(topic, own.signal);
      const sessionId = typeof made === "string" ? made : await made;
      ports.told.running(sessionId, "here");
      const stream = await persist(ports, held, () => ports.ask(sessionId, turn, own.signal), own.signal);
      if (!isMine()) return;
      reader.release();
      const isRepeat = stream.runId !== null && get().turns.some(({ runId }) => runId === stream.runId);
      tell(isRepeat ? { type: "repeated" } : { type: "taken", runId: stream.runId });
      ports.told.accepted(text, sessionId, turn.attachments ?? []);
      // Whoever has left the page needs no stream; the turn goes on without one.
      if (reader.isOpen() && !isRepeat) return await reader.follow(stream, own);
      own.abort();
      if (isRepeat) await reader.refresh();
    } catch (thrown) {
      if (!isMine()) return;
      reader.release();
      refuse(thrown instanceof Error ? thrown.message : "", isProblem(thrown) ? thrown.status : 0);
    }
  }

  function refuse(why: string, status: number): void {
    tell({ type: "refused", why, status });
    const { sessionId, refusal } = get();
    if (sessionId === null) return;
    ports.told.running(sessionId, null);
    // Another turn runs, what was to be replaced is no longer what is stored, or the question is, and nobody has heard
    // it.
    if (status === 409 || status === 0 || refusal?.text === "") void reader.refresh();
  }

  async function stop(): Promise<void> {
    const { run } = get();
    if (!run || run.isStopping) return;
    tell({ type: "stopping" });
    if (await isStopped(ports, held)) return;
    const isTaken = get().run?.id !== null;
    reader.release(true);
    if (!isTaken) return refuse("Stopped before it was sent.", 0);
    tell({ type: "left" });
    await reader.refresh();
  }

  return { ask, answer, stop, prepare: sessions.withoutQuestion };
}

/** Repeats what the network swallowed; the message id makes the repeat harmless. */
async function persist(
  { wait }: ConversationPorts,
  { tell }: HeldState,
  send: () => Promise<TurnStream>,
  signal: AbortSignal,
): Promise<TurnStream> {
  for (const ms of [400, 1000, 2000]) {
    try {
      return await send();
    } catch (thrown) {
      if (!isProblem(thrown) || thrown.status !== 0 || signal.aborted) throw thrown;
      tell({ type: "connection", connection: "lost" });
      await wait(ms, signal);
    }
  }
  return send();
}

/** Asks the server to stop the turn that runs; gives whether it does, or the turn has ended. */
async function isStopped(ports: ConversationPorts, { get }: HeldState): Promise<boolean> {
  for (let attempt = 0; attempt < STOPS; attempt++) {
    const { sessionId } = get();
    if (sessionId === null) return false;
    try {
      if (await ports.stop(sessionId)) return true;
    } catch {
      ports.told.stopUnheard();
    }
    await ports.wait(300, new AbortController().signal);
    // It has ended by itself; what runs now, if anything, is the next one.
    if (!get().run?.isStopping) return true;
  }
  return false;
}
