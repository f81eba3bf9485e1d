import { problem } from "../../components/api.ts";
import type { AskedTurn, ConversationPorts } from "../../components/conversation/conversation-ports.ts";
import { placeOf } from "../../components/conversation/reduce.ts";
import type { NumberedEvent, StreamPlace, TurnStream } from "../../components/conversation/turn-reader.ts";
import type { Turn } from "../../components/conversation/turns-in.ts";
import type { SessionEvent } from "../dialects/llamacloud/answers.ts";
import type { SessionWindow } from "../dialects/web/index.ts";

// A server of one session that does what it is told, for tests of what a page does with it.

type Run = {
  readonly asked: AskedTurn;
  readonly runId: string;
  /** The event of each number, from 1; null: it has no frame. */
  log: (SessionEvent | null)[];
  said: string[];
  step: number;
  ending: "going" | "ready" | "stopped";
};

type Reader = { readonly run: Run; wake: () => void; isBroken: boolean };

/** A turn as it is compared: its question, the text of its answer, and how it stands. */
export const turnOf = ({ question, blocks, stop }: Turn): readonly [string | null, string, string] => [
  question?.text ?? null,
  blocks.map((block) => (block.kind === "tool" ? "" : block.text)).join(""),
  stop === null ? "going" : stop.status === "cancelled" ? "stopped" : "ready",
];

export type FakeServer = ReturnType<typeof fakeServer>;

export function fakeServer() {
  let runs: Run[] = [];
  /** All lines in the order of their making; `runs` is the one that is shown. */
  const lines: Run[][] = [runs];
  let isMade = false;
  let version = 0;
  let ids = 0;
  let swallowed = 0;
  let refusal: { readonly status: number; readonly why: string } | null = null;
  const asked: AskedTurn[] = [];
  const places: StreamPlace[] = [];
  let readers: Reader[] = [];
  const running = () => runs.findLast(({ ending }) => ending === "going") ?? null;
  const wake = () => {
    version++;
    for (const reader of readers) reader.wake();
  };
  const now = () => {
    const run = running();
    if (!run) throw new Error("No turn runs");
    return run;
  };
  const mark = ({ runId, step }: Run) => ({
    event_id: `${runId}.${step}.0`,
    message_id: `${runId}.${step}`,
    run_id: runId,
  });

  function finish(run: Run, status: "completed" | "cancelled"): void {
    if (run.said.length > 0) run.log.push({ type: "text", content: run.said.join(""), ...mark(run) });
    run.log.push(null, stopOf(run, status));
    run.ending = status === "completed" ? "ready" : "stopped";
    wake();
  }

  async function* read(reader: Reader, { after, at }: StreamPlace): AsyncGenerator<NumberedEvent> {
    const { run } = reader;
    const input = { number: 0, event: questionOf(run) };
    if (after === 0) yield input;
    let held: NumberedEvent[] | null = after > 0 ? [input] : null;
    readers.push(reader);
    try {
      for (let n = 0; ; ) {
        if (reader.isBroken) throw new TypeError("The connection broke");
        const event = run.log[n];
        if (n >= run.log.length) {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
          continue;
        }
        n++;
        if (event && held) held.push({ number: n, event });
        if (held && (n === after || event?.type === "stop")) {
          if ((event && placeOf(event)) !== at || n !== after) yield* held;
          held = null;
        } else if (event && !held) yield { number: n, event };
        if (event?.type === "stop") return;
      }
    } finally {
      readers = readers.filter((one) => one !== reader);
    }
  }

  /** A stream that ends at once when its reader has had enough. */
  function streamOf(run: Run, place: StreamPlace, signal: AbortSignal): TurnStream {
    const reader: Reader = { run, wake: () => {}, isBroken: false };
    const events = read(reader, place);
    signal.addEventListener("abort", () => {
      reader.isBroken = true;
      reader.wake();
    });
    return { runId: run.runId, events };
  }

  const summary = (): SessionWindow["session"] => ({
    session_id: "s1",
    last_updated_at: String(version).padStart(8, "0"),
    generated_title: null,
    index_ids: null,
    job_metadata: null,
    running_run_id: running()?.runId ?? null,
    active_branch_id: `b${lines.indexOf(runs)}`,
  });

  const forks = (): SessionWindow["forks"] =>
    runs.flatMap((run, at) => {
      const through = lines.filter((line) => line.slice(0, at).every((one, n) => one === runs[n]));
      const beside = [...new Set(through.flatMap((line) => line[at] ?? []))];
      if (beside.length < 2) return [];
      const alternatives = beside.map((one, n) => ({
        number: n + 1,
        branch_id: `b${one === run ? lines.indexOf(runs) : lines.findLastIndex((line) => line[at] === one)}`,
        message_id: one.asked.message_id,
        created_at: "",
      }));
      const fork = { position: at, message_id: run.asked.message_id, shown: beside.indexOf(run) + 1 };
      return [{ ...fork, count: beside.length, alternatives }];
    });

  const ports = (): Omit<ConversationPorts, "told"> => ({
    async createSession() {
      isMade = true;
      version++;
      return summary();
    },
    async ask(_, turn, signal) {
      if (swallowed > 0) {
        swallowed--;
        throw problem(0, "The server could not be reached.");
      }
      const known = runs.find((run) => run.asked.message_id === turn.message_id);
      if (known) return streamOf(known, { after: 0, at: null }, signal);
      if (refusal) {
        const { status, why } = refusal;
        refusal = null;
        throw problem(status, why);
      }
      if (running() || !isMade) throw problem(409, "Session already has a running turn");
      asked.push(turn);
      if (turn.instead_of_id !== undefined) {
        const at = runs.findIndex(({ asked: { message_id } }) => message_id === turn.instead_of_id);
        if (at === -1) throw problem(404, "Message not found");
        runs = runs.slice(0, at);
        lines.push(runs);
      }
      const run: Run = { asked: turn, runId: `run${++ids}`, log: [null, null], said: [], step: 1, ending: "going" };
      runs.push(run);
      wake();
      return streamOf(run, { after: 0, at: null }, signal);
    },
    async follow(_, place, signal) {
      places.push(place);
      const run = runs.at(-1);
      return run ? streamOf(run, place, signal) : null;
    },
    async stop() {
      const run = running();
      if (run) finish(run, "cancelled");
      return run !== null;
    },
    async readWindow(_, where) {
      const run = running();
      const last = where && "limit" in where ? -Number(where.limit) : 0;
      const events = runs.slice(last).flatMap((one) => [questionOf(one), ...one.log.filter((event) => event !== null)]);
      const place = run && { run_id: run.runId, ...endOf(run) };
      return structuredClone({ session: summary(), events, before: null, after: null, running: place, forks: forks() });
    },
    async showBranch(_, branchId) {
      if (running()) throw problem(409, "Session already has a running turn");
      runs = lines[Number(branchId.slice(1))] ?? runs;
    },
    newId: () => `q${++ids}`,
    frame(draw) {
      let isOff = false;
      queueMicrotask(() => isOff || draw());
      return () => {
        isOff = true;
      };
    },
    ready: async () => {},
    wait: async () => {},
  });

  return {
    ports,
    asked: () => asked,
    followedFrom: () => places,
    readers: () => readers.length,
    isRunning: () => running() !== null,
    line: () => runs.map((run) => [run.asked.prompt ?? "", wholeText(run), run.ending]),
    news: () => ({
      running: running()?.runId ?? null,
      updatedAt: summary().last_updated_at,
      branchId: summary().active_branch_id ?? null,
    }),
    swallow(times: number) {
      swallowed = times;
    },
    refuseNext(status: number, why: string) {
      refusal = { status, why };
    },
    say(text: string) {
      const run = now();
      run.said.push(text);
      run.log.push({ type: "text_delta", content: text, ...mark(run) });
      wake();
    },
    end(text?: string) {
      const run = now();
      if (text !== undefined) {
        run.said.push(text);
        run.log.push({ type: "text_delta", content: text, ...mark(run) });
      }
      finish(run, "completed");
    },
    breakConnections() {
      for (const reader of readers) {
        reader.isBroken = true;
        reader.wake();
      }
    },
    /** The process is killed; another one goes on with the pieces that were stored, in a step of its own. */
    die({ keeps }: { readonly keeps: number }) {
      const run = now();
      this.breakConnections();
      const kept = run.said.slice(0, keeps);
      const pieces = kept.length;
      let told = 0;
      run.log = run.log.filter(
        (event) => event?.type !== "text_delta" || event.message_id !== mark(run).message_id || told++ < pieces,
      );
      if (pieces > 0) run.log.push({ type: "text", content: kept.join(""), ...mark(run) });
      run.log.push(null, null);
      run.step++;
      run.said = [];
    },
  };
}

const questionOf = ({ asked: { message_id, prompt }, runId }: Run): SessionEvent => ({
  type: "user_input",
  content: prompt ?? "",
  event_id: `${message_id}.0`,
  message_id,
  run_id: runId,
});

const stopOf = ({ runId }: Run, status: string): SessionEvent => ({
  type: "stop",
  is_error: status !== "completed",
  error: null,
  usage: { duration_ms: 1, total_input_tokens: 1, total_output_tokens: 1, turns: 1 },
  status,
  event_id: `${runId}.stop`,
  run_id: runId,
});

function endOf({ log }: Run): StreamPlace {
  const last = log.findLastIndex((event) => event !== null);
  const event = log[last];
  return { after: last + 1, at: event ? placeOf(event) : null };
}

/** All that was said, by whichever process. */
function wholeText({ log, said, ending }: Run): string {
  const whole = log.flatMap((event) => (event?.type === "text" ? [event.content] : [])).join("");
  return ending === "going" ? whole + said.join("") : whole;
}
