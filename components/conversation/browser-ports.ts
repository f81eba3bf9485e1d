import { v4 as newId } from "uuid";
import { askTurn, createSession, followTurn, readWindow, showBranch, stopTurn } from "../api";
import { provisionalTitle, type SessionStore } from "../sidebar/session-store";
import { notify } from "../ui/notify";
import { writeInTurn } from "../viewer";
import type { ConversationPorts } from "./conversation-ports";
import { nextFrame } from "./notifier";
import { eventsOf } from "./sse";
import { wantDrawing } from "./turn-drawing";
import type { TurnStream } from "./turn-reader";

type Page = {
  /** The list of sessions, which hears how this one stands. */
  readonly sessions: SessionStore;
  readonly onCreated: (id: string) => void;
  readonly onAccepted: ConversationPorts["told"]["accepted"];
};

/** The ports of a store in a browser. */
export function browserPorts({ sessions, onCreated, onAccepted }: Page): ConversationPorts {
  return {
    createSession: (signal) => writeInTurn(() => createSession(signal)),
    ask: async (id, turn, signal) => streamOf(await askTurn(id, { index_ids: [], ...turn }, signal)),
    follow: async (id, place, signal) => {
      const response = await followTurn(id, place, signal);
      return response && streamOf(response);
    },
    stop: async (id) => (await stopTurn(id)).stopped,
    readWindow,
    showBranch,
    newId,
    wait: pause,
    frame: nextFrame,
    ready: wantDrawing,
    told: {
      made(session, question) {
        sessions.take([{ ...session, running_run_id: "here", provisional_title: provisionalTitle(question) }]);
        onCreated(session.session_id);
      },
      opened: onCreated,
      accepted: onAccepted,
      running: (id, runId) => sessions.patch(id, { running_run_id: runId }),
      summary: (session) => sessions.take([session]),
      stopUnheard: () => void notify({ text: "The server did not hear Stop. Trying again." }),
    },
  };
}

const streamOf = (response: Response): TurnStream => ({
  runId: response.headers.get("x-run-id"),
  events: response.body ? eventsOf(response.body) : nothing(),
});

async function* nothing(): AsyncGenerator<never, void> {}

/** Waits, but not past the moment the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal.removeEventListener("abort", abort);
      resolve();
    };
    const abort = () => {
      end();
      reject(signal.reason);
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end);
    signal.addEventListener("abort", abort);
  });
}
