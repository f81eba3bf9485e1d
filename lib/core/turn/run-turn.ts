import { ChatError, toChatError } from "../../domain/errors.ts";
import type { TurnEvent, TurnLimit, TurnUsage } from "../../domain/events.ts";
import type { FinishReason, ModelRequest, PromptMessage, ToolChoice, Usage } from "../../domain/model.ts";
import { storable } from "../../domain/text.ts";
import { tokenCount } from "../../domain/token-count.ts";
import { cutBy, type ToolCall, type ToolDefinition } from "../../domain/tool.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import type { Log } from "../log.ts";
import { approximateTokens, promptTokens } from "../render/tokens.ts";
import { executeTool } from "../tools/execute.ts";
import type { CallWithFiles } from "./call-model.ts";
import { stepReader } from "./step-reader.ts";

/** A tool as a turn holds it. Without `run` the caller runs it: calling it ends the turn with the call open. */
export type TurnTool = {
  readonly definition: ToolDefinition;
  readonly run: ((input: unknown, signal: AbortSignal) => Promise<unknown>) | null;
  /**
   * Whether its results tell of passages of documents: of a tool of the server's own alone, whatever others are called.
   */
  readonly tellsPassages?: true;
};

/** Where a turn goes on that another process has begun. */
export type Resume = {
  /** Events that close what was open, in order; the calls that had no result are answered as interrupted. */
  readonly closing: readonly TurnEvent[];
  /** The calls that had no result. Those that the caller runs are left to it instead. */
  readonly unanswered: readonly ToolCall[];
  /** What the turn has said so far, for the prompt. */
  readonly said: readonly PromptMessage[];
  /** Steps that are done. */
  readonly steps: number;
  /** What the steps that have ended came to. */
  readonly usage: TurnUsage;
  /** What the step that broke off had said, where one did; its tokens are guessed. */
  readonly broken: string | null;
  /** Milliseconds that it has taken so far. */
  readonly spentMs: number;
  /** The calls of each step, oldest first. */
  readonly calls: readonly (readonly ToolCall[])[];
  /** Call ids that are taken. */
  readonly callIds: readonly string[];
  /** Whether the last text broke off and the next one goes on with it. */
  readonly isTextOpen: boolean;
  /** Why the model had stopped, where it had said all and only the end is missing; else null. */
  readonly doneFor: FinishReason | null;
};

export type TurnPorts = Pick<TurnPolicy, "maxSteps" | "maxMs" | "atLimit"> & {
  readonly runId: string;
  readonly prompt: readonly PromptMessage[];
  readonly request: Pick<ModelRequest, "model" | "settings" | "apiKey" | "endUser" | "mayCut">;
  readonly tools: readonly TurnTool[];
  readonly toolChoice: ToolChoice;
  readonly callModel: CallWithFiles;
  readonly signal: AbortSignal;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears of bugs, which readers only see as "internal". */
  readonly log: Pick<Log, "error">;
  readonly resume: Resume | null;
};

/** The same calls so many steps in a row are a loop. */
const SAME_CALLS = 3;

const CONTINUE: PromptMessage = {
  role: "user",
  parts: [
    {
      type: "text",
      text: "Your last message broke off. Continue exactly where it stopped, without repeating any of it.",
    },
  ],
};

/** Where a turn stands between two events. */
type Course = {
  /** The prompt, and what was said and called since. */
  readonly said: PromptMessage[];
  readonly total: { -readonly [Key in keyof TurnUsage]: TurnUsage[Key] };
  /** Call ids that are taken. */
  readonly callIds: Set<string>;
  readonly repeats: ReturnType<typeof repetition>;
  readonly startedAt: number;
  steps: number;
  /** Whether the last text broke off and the next one goes on with it. */
  isTextOpen: boolean;
};

function courseOf({ prompt, resume, now }: TurnPorts): Course {
  const repeats = repetition();
  for (const made of resume?.calls ?? []) repeats.note(made);
  const total = { ...(resume?.usage ?? { inputTokens: 0, outputTokens: 0, isEstimated: false }) };
  if (resume !== null && resume.broken !== null) addUsage(total, null, prompt, resume.broken);
  return {
    said: [...prompt, ...(resume?.said ?? [])],
    total,
    callIds: new Set(resume?.callIds),
    repeats,
    startedAt: now() - (resume?.spentMs ?? 0),
    steps: resume?.steps ?? 0,
    isTextOpen: resume?.isTextOpen ?? false,
  };
}

/** What every end of a turn tells. */
const ended = ({ request, now }: TurnPorts, { total, startedAt, steps }: Course) => ({
  usage: { ...total },
  durationMs: now() - startedAt,
  steps,
  model: request.model,
});

/** The limit that a turn has reached; null: it may go on. */
function reached({ maxSteps, maxMs, now }: TurnPorts, { steps, startedAt, repeats }: Course): TurnLimit | null {
  if (steps >= maxSteps) return "steps";
  if (now() - startedAt >= maxMs) return "time";
  return repeats.isLoop() ? "repeats" : null;
}

/**
 * Runs a turn: model call, tool calls, next model call, until the model answers without calls.
 *
 * Yields batches of events, never an empty one; the last event of the last batch is "turn-end" or "turn-error",
 * whatever happens. Aborting `signal` with a ChatError closes the model's connection and ends the turn with that error.
 */
export async function* runTurn(ports: TurnPorts): AsyncGenerator<readonly TurnEvent[], void> {
  const { runId, resume } = ports;
  const course = courseOf(ports);
  if (!resume) yield [{ type: "turn-start", runId, at: course.startedAt }];
  else {
    const handed = handedOver(ports, course, resume.unanswered);
    const ids = handed.calls.map(({ callId }) => callId);
    const closing = resume.closing.filter((event) => event.type !== "tool-result" || !ids.includes(event.callId));
    if (closing.length > 0) yield closing;
    if (ids.length > 0) {
      yield [handOver(ports, course, handed)];
      return;
    }
  }
  if (resume?.doneFor) {
    yield [{ type: "turn-end", finishReason: resume.doneFor, pendingCallIds: [], ...ended(ports, course) }];
    return;
  }
  try {
    yield* steps(ports, course);
  } catch (thrown) {
    const error = toChatError(thrown);
    if (error.code === "internal") ports.log.error({ err: error.details.cause ?? error, runId }, "A turn met a bug");
    const { code, message } = error;
    const status = failedStatus(error, resume !== null);
    // A provider's words may quote whatever it was sent.
    yield [{ type: "turn-error", status, code, message: storable(message), ...ended(ports, course) }];
  }
}

/** The steps of a turn, up to its end where it ends well. */
async function* steps(ports: TurnPorts, course: Course): AsyncGenerator<readonly TurnEvent[], void> {
  const { signal } = ports;
  for (;;) {
    const limit = reached(ports, course);
    const { calls, finish } = yield* askModel(ports, course, limit !== null);
    const handed = handedOver(ports, course, calls);
    if (calls.length === 0 || limit !== null) {
      // A model may call what it was not offered.
      const refused = unansweredResults(calls, new Error("The turn has reached its limit of steps"), ports);
      const finishReason = finish === "tool-calls" ? ("stop" as const) : finish;
      const end = { pendingCallIds: [], ...because(limit), ...ended(ports, course) };
      yield [...refused, { type: "turn-end", finishReason, ...end }];
      return;
    }
    const open = calls.filter((call) => !handed.calls.includes(call));
    const results = yield* runCalls(ports, open);
    if (signal.aborted && handed.calls.length > 0) {
      yield unansweredResults(handed.calls, toChatError(signal.reason), ports);
    }
    signal.throwIfAborted();
    if (handed.calls.length > 0) {
      yield [handOver(ports, course, handed)];
      return;
    }
    course.said.push(...calls.flatMap((call) => results.get(call.callId) ?? []));
  }
}

type Handed = { readonly calls: readonly ToolCall[]; readonly limit: TurnLimit | null };

/** Which calls of a step are left to the caller: those that it runs, or all where a limit returns them. */
function handedOver(ports: TurnPorts, course: Course, calls: readonly ToolCall[]): Handed {
  const limit = ports.atLimit === "return-calls" && calls.length > 0 ? reached(ports, course) : null;
  return { limit, calls: limit !== null ? calls : calls.filter((call) => !runnable(ports.tools, call)) };
}

/** The end of a turn that leaves calls to its caller. */
function handOver(ports: TurnPorts, course: Course, { calls, limit }: Handed): TurnEvent {
  const pendingCallIds = calls.map(({ callId }) => callId);
  // Calls that were the caller's anyway are no matter of a limit.
  const why = because(calls.some((call) => runnable(ports.tools, call)) ? limit : null);
  return { type: "turn-end", finishReason: "tool-calls", pendingCallIds, ...why, ...ended(ports, course) };
}

/**
 * One model call, with its events. Notes what it said, and gives its calls. Throws where it fails or the turn is ended.
 */
async function* askModel(
  ports: TurnPorts,
  course: Course,
  isAnswerOnly: boolean,
): AsyncGenerator<readonly TurnEvent[], { readonly calls: readonly ToolCall[]; readonly finish: FinishReason }> {
  const { said, total, callIds, isTextOpen } = course;
  const messages = isTextOpen ? [...said, CONTINUE] : said;
  const step = stepReader({ ...ports, model: ports.request.model, callIds, continues: isTextOpen });
  course.steps++;
  const request = {
    ...ports.request,
    purpose: "turn" as const,
    messages,
    tools: isAnswerOnly ? [] : ports.tools.map((tool) => tool.definition),
    toolChoice: stepChoice(ports, course.steps, isAnswerOnly),
    signal: ports.signal,
  };
  try {
    for await (const batch of ports.callModel(request)) {
      const events = step.read(batch);
      if (events.length > 0) yield events;
    }
    ports.signal.throwIfAborted();
  } catch (thrown) {
    // A call that was refused, by a limit of ours or by the provider, costs nothing.
    if (step.isStarted()) addUsage(total, step.usage(), messages, step.text());
    const error = toChatError(thrown);
    const closing = [...step.close(null), ...unansweredResults(step.calls(), error, ports)];
    if (closing.length > 0) yield closing;
    throw error;
  }
  const finish = step.finishReason();
  addUsage(total, step.usage(), messages, step.text());
  const closing = step.close(finish);
  if (closing.length > 0) yield closing;
  const calls = step.calls();
  if (ports.resume && isTextOpen && step.text() === "" && calls.length === 0) {
    throw new ChatError("interrupted", "The answer was interrupted and the model had nothing to add");
  }
  noteSaid(course, step.text(), calls, step.provider());
  return { calls, finish };
}

type ProviderOf = Extract<PromptMessage, { role: "assistant" }>["provider"];

/** Notes what a step said: behind what broke off it is one message with it. */
function noteSaid(course: Course, text: string, calls: readonly ToolCall[], provider: ProviderOf): void {
  const { said } = course;
  const broken = course.isTextOpen ? said.at(-1) : undefined;
  course.isTextOpen = false;
  if (broken?.role === "assistant") said.pop();
  said.push({
    role: "assistant",
    text: (broken?.role === "assistant" ? broken.text : "") + text,
    calls,
    ...(provider && { provider }),
  });
  course.repeats.note(calls);
}

/** Runs calls at once, and yields each result as it comes. Gives what the model is told of them, by the calls' ids. */
async function* runCalls(
  { tools, signal, now, newId }: TurnPorts,
  calls: readonly ToolCall[],
): AsyncGenerator<readonly TurnEvent[], ReadonlyMap<string, PromptMessage>> {
  const results = new Map<string, PromptMessage>();
  for await (const result of asTheyFinish(calls, (call) => executeTool(runnable(tools, call), call, signal, now))) {
    const isTelling = !result.isError && toolOf(tools, result)?.tellsPassages === true;
    const marks = isTelling ? { tellsPassages: true as const } : {};
    const event = { type: "tool-result" as const, messageId: newId(), at: now(), ...result, ...marks };
    results.set(result.callId, { role: "tool", ...result });
    yield [event];
  }
  return results;
}

/** A tool that the caller forces is forced once: forced at every step, it would be called until the limit. */
function stepChoice({ toolChoice }: TurnPorts, step: number, isAnswerOnly: boolean): ToolChoice {
  if (isAnswerOnly) return "none";
  return typeof toolChoice === "string" || step === 1 ? toolChoice : "auto";
}

const because = (limit: TurnLimit | null) => (limit === null ? {} : { limit });

/** Notices a model that makes the same calls with the same arguments step after step. */
function repetition(): { readonly note: (calls: readonly ToolCall[]) => void; readonly isLoop: () => boolean } {
  let last = "";
  let count = 0;
  return {
    note(calls) {
      const made = calls.map(({ name, input }) => `${name} ${canonicalJson(input)}`).join("\n");
      count = made === last && made !== "" ? count + 1 : 1;
      last = made;
    },
    isLoop: () => count >= SAME_CALLS,
  };
}

/** JSON with the keys of each object in order. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? "null";

const toolOf = (tools: readonly TurnTool[], { name }: Pick<ToolCall, "name">): TurnTool | undefined =>
  tools.find(({ definition }) => definition.name === name);

/**
 * A tool the model may call and we run. A name that nobody offered counts as one whose run fails, where we run tools at
 * all; else it is the caller's to answer.
 */
function runnable(tools: readonly TurnTool[], call: ToolCall): TurnTool["run"] {
  const tool = toolOf(tools, call);
  if (tool) return tool.run;
  if (tools.length > 0 && tools.every(({ run }) => run === null)) return null;
  return async () => {
    throw new Error(
      `There is no tool "${call.name}". The tools are: ${tools.map((one) => one.definition.name).join(", ")}`,
    );
  };
}

function unansweredResults(calls: readonly ToolCall[], why: Error, { newId, now }: TurnPorts): TurnEvent[] {
  const cut = cutBy(why);
  return calls.map(({ callId, name }) => ({
    type: "tool-result",
    messageId: newId(),
    callId,
    name,
    output: { error: why.message },
    isError: true,
    ...(cut && { cut }),
    durationMs: 0,
    at: now(),
  }));
}

function addUsage(
  total: { -readonly [Key in keyof TurnUsage]: TurnUsage[Key] },
  usage: Usage | null,
  prompt: readonly PromptMessage[],
  text: string,
): void {
  const [input, output] = [tokenCount(usage?.inputTokens), tokenCount(usage?.outputTokens)];
  total.inputTokens = (total.inputTokens ?? 0) + (input ?? promptTokens(prompt));
  total.outputTokens = (total.outputTokens ?? 0) + (output ?? approximateTokens(text));
  total.isEstimated ||= input === null || output === null;
}

function failedStatus(error: ChatError, isResumed: boolean): "failed" | "cancelled" | "interrupted" {
  if (error.code === "cancelled") return "cancelled";
  // What went wrong after a take-over was an interruption first.
  return error.code === "interrupted" || isResumed ? "interrupted" : "failed";
}

/** Starts `work` on every item and yields what it gives in the order in which it is done. */
async function* asTheyFinish<Item, Done>(
  items: readonly Item[],
  work: (item: Item) => Promise<Done>,
): AsyncGenerator<Done, void> {
  const running = new Map(items.map((item, n) => [n, work(item).then((done) => ({ n, done }))]));
  while (running.size > 0) {
    const { n, done } = await Promise.race(running.values());
    running.delete(n);
    yield done;
  }
}
