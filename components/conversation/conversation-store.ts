import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { problem } from "../api";
import { createAsking } from "./asking";
import type { Asked, CallResult, ConversationPorts, SentWith } from "./conversation-ports";
import type { ConversationState } from "./conversation-state";
import { holdState } from "./held-state";
import { shownIn } from "./other-turns";
import { createLooking, readBeyond } from "./read-beyond";
import { conversationOf } from "./reduce";
import type { News } from "./session-news";
import { createSessionReader } from "./session-reader";
import { isOf, type Version, type Versions } from "./turns-in";

export type ConversationStore = ReturnType<typeof createConversationStore>;

/**
 * One session on one page, outside React: its state, and what can be done to it. `begun` is what the page came with,
 * null for a new session; with `isStale` it may be older than what is stored.
 *
 * To add something that a person can do, add an action to `reduce` and a function here. What changes the session on the
 * server by a route of its own, such as another branch or the answer to a call, asks that route and then `refresh`,
 * which shows what is stored and follows what runs. What waits to be sent is a field of the state, and is sent when
 * `run` becomes null.
 */
export function createConversationStore(
  ports: ConversationPorts,
  begun: { readonly window: SessionWindow | null; readonly isStale: boolean },
) {
  const first = conversationOf(begun.window);
  const held = holdState(first, ports.frame);
  const session = begun.window?.session;
  const reader = createSessionReader(ports, held, {
    updatedAt: session?.last_updated_at ?? "",
    branchId: session?.active_branch_id ?? null,
  });
  const { ask, answer, stop, prepare } = createAsking(ports, held, reader);
  const looking = createLooking(ports, held);
  let isStale = begun.isStale;
  return {
    subscribe: held.subscribe,
    get: held.get,
    /** What the server has drawn. */
    getFirst: (): ConversationState => first,
    /**
     * Begins to follow the session; gives what ends that. The turn itself goes on, and is followed when this is called
     * again.
     */
    open(): () => void {
      const wasStale = isStale;
      isStale = false;
      return reader.open(wasStale);
    },
    /** Asks the next question; with an id one that has waited, and is asked once however often it is sent. */
    send: (text: string, sentWith: Asked = {}, id?: string) => void ask(text, sentWith, null, id),
    /** Answers all calls that wait. */
    answerCalls: (results: readonly CallResult[], sentWith: SentWith = {}) => void answer(results, sentWith),
    /** Asks another question in place of a turn's, and of all after it. */
    edit: (key: string, text: string, sentWith: Asked = {}) => void ask(text, sentWith, key),
    /** Asks a turn's question again, in its place. */
    again(key: string, sentWith: Asked = {}) {
      const text = shownIn(held.get()).turns.find((turn) => turn.key === key)?.question?.text;
      if (text !== undefined) void ask(text, sentWith, key);
    },
    /**
     * The version before or after the one of a turn that is shown; null: the server has none. Where nobody knows yet,
     * since the turn was asked here and has just ended, this reads what is stored.
     */
    async versionBeside(key: string, side: "previous" | "next"): Promise<Version | null> {
      const known = versionsOf(held.get(), key)?.[side];
      if (known) return known;
      await reader.refreshAfter();
      return versionsOf(held.get(), key)?.[side] ?? null;
    },
    /** Shows another version of a turn, from now on and everywhere. Throws a Problem where the server refuses. */
    async show({ branchId, questionId, place }: Version): Promise<void> {
      const { sessionId } = held.get();
      if (sessionId === null) return;
      await ports.showBranch(sessionId, branchId);
      await reader.refreshAfter();
      // Its line may go on for longer than what is read of its end.
      const isThere = held.get().turns.some((turn) => isOf(turn, questionId));
      if (!isThere && !(await looking.at(questionId, place))) throw problem(404, "It could not be read");
    },
    stop,
    /**
     * Makes the session where there is none yet, so that something can be put into it; gives its id. Throws a Problem.
     */
    prepare,
    refresh: reader.refresh,
    /** Reads the turns before those that are shown, or after them. */
    readOlder: () => readBeyond(ports, held, "older"),
    readNewer: () => readBeyond(ports, held, "newer"),
    /** Shows a question, by its id and its place, with what follows it. False: it cannot be read. */
    lookAt: (id: string, place: string) =>
      shownIn(held.get()).turns.some((turn) => isOf(turn, id)) ? looking.stay() : looking.at(id, place),
    /** Shows the last turns again. */
    lookAtEnd: looking.end,
    forgetRefusal: () => held.tell({ type: "refusal-read" }),
    /** Takes in what the list of sessions has heard of this one. */
    hear: (news: News) => reader.hear(news),
  };
}

const versionsOf = (state: ConversationState, key: string): Versions | null =>
  shownIn(state).turns.find((turn) => turn.key === key)?.versions ?? null;
