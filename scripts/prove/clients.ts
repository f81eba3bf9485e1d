import { setTimeout as sleep } from "node:timers/promises";
import { type Call, type Exchange, exchange } from "./http.ts";
import { COUNT, type Instances } from "./instances.ts";
import { type Act, type Ledger, type Question, type Way, wasDown } from "./ledger.ts";
import { type Dice, dice, questionOf } from "./texts.ts";
import { type Answered, answeredOf, historyOf, requestOf, retrieved } from "./ways.ts";

export type World = {
  readonly seed: number;
  readonly key: string;
  readonly agentId: string;
  readonly instances: Instances;
  readonly ledger: Ledger;
  /** Sessions that all clients use. Null: one is being made. */
  readonly shared: (string | null)[];
  /** When clients begin nothing any more. */
  readonly until: number;
};

const OWN_SESSIONS = 3;
/** So long a client tries to hear what came of a question: longer than a lease and the look for lost ones. */
const REPEATS_MS = 45_000;

/** One client: asks, reads, stops and deletes as its dice say, until the time is over. */
export async function runClient(world: World, n: number): Promise<void> {
  const own: string[] = [];
  for (let step = 1; Date.now() < world.until; step++) {
    // Dice of its own for each step: what a server answers does not change what is thrown later.
    const thrown = dice(world.seed, "client", n, step);
    await act(world, thrown, own, `c${n}-${step}`).catch((error) => {
      unexpected(world, null, `Client ${n} met what it cannot read: ${error}`);
    });
    await sleep(thrown.upTo(250));
  }
}

async function act(world: World, thrown: Dice, own: string[], tag: string): Promise<void> {
  const action = thrown.next();
  const instance = thrown.upTo(COUNT);
  const slot = thrown.upTo(world.shared.length);
  const isShared = thrown.chance(0.5);
  const place = thrown.upTo(OWN_SESSIONS);
  const isByJulep = thrown.chance(0.5);
  const fresh = () => newSession(world, instance, isByJulep);
  if (!isShared && own[place] === undefined) {
    const made = await fresh();
    if (made === null) return;
    own[place] = made;
  }
  const sessionId = isShared ? world.shared[slot] : own[place];
  if (sessionId == null) return;

  if (action < 0.4) await askAndRead(world, thrown, { tag, way: "llamacloud", sessionId, instance });
  else if (action < 0.53) await askAndRead(world, thrown, { tag, way: "julep", sessionId, instance });
  else if (action < 0.66) await askAndRead(world, thrown, { tag, way: "julep-stream", sessionId, instance });
  else if (action < 0.72) await askAndRead(world, thrown, { tag, way: "assistants", sessionId, instance });
  else if (action < 0.78) await askAndRead(world, thrown, { tag, way: "assistants-stream", sessionId, instance });
  else if (action < 0.8) {
    const made = await ask(world, thrown, { tag, way: "assistants", sessionId: null, instance });
    if (made !== null) own[place] = made;
  } else if (action < 0.9) {
    for (let n = 0; n < 6; n++) await read(world, sessionId, (instance + n) % COUNT, n % 3 === 2);
  } else if (action < 0.97) await tell(world, "stop", sessionId, instance);
  else {
    if (isShared) world.shared[slot] = null;
    else own.splice(place, 1);
    await tell(world, "delete", sessionId, instance);
    if (isShared) while (world.shared[slot] === null && Date.now() < world.until) world.shared[slot] = await fresh();
  }
}

/** Sends a request, and notes where an answer broke off although its server lived. */
async function send(
  { key, ledger, instances }: World,
  instance: number,
  call: Pick<Call, "method" | "body" | "headers" | "leaveAfter"> & { readonly path: string },
): Promise<Exchange> {
  const got = await exchange({ ...call, key, url: `${instances.urlOf(instance)}${call.path}` });
  if (!got.isWhole && !got.hasLeft && !wasDown(ledger, instance, got.startedAt, got.endedAt)) {
    const what = `${call.method} ${call.path} of instance ${instance} broke off after ${got.endedAt - got.startedAt} ms, though it lived`;
    ledger.faults.push({ what, sessionId: sessionIn(call.path) });
  }
  return got;
}

const sessionIn = (path: string): string | null => /[0-9a-f]{8}-[0-9a-f-]{27}/u.exec(path)?.[0] ?? null;

/** Makes a session; null where that failed. */
export async function newSession(world: World, instance: number, isByJulep: boolean): Promise<string | null> {
  const call = isByJulep
    ? { path: "/api/sessions", body: { agent: world.agentId } }
    : { path: "/api/v1/chat", body: {} };
  const got = await send(world, instance, { method: "POST", ...call });
  if (!got.isWhole || got.status >= 300) {
    if (got.isWhole) unexpected(world, null, `A session was not made: ${got.status} ${got.body}`);
    await sleep(200);
    return null;
  }
  const { id, session_id } = JSON.parse(got.body);
  const made: string = id ?? session_id;
  world.ledger.sessions.add(made);
  return made;
}

const unexpected = ({ ledger }: World, sessionId: string | null, what: string) =>
  ledger.faults.push({ what, sessionId });

type Asking = {
  readonly tag: string;
  readonly way: Way;
  readonly sessionId: string | null;
  readonly instance: number;
};

/** Asks, and reads the session on the other instance all the while. */
async function askAndRead(world: World, thrown: Dice, asking: Asking & { readonly sessionId: string }): Promise<void> {
  let isOver = !thrown.chance(0.35);
  const reader = async () => {
    for (let n = 0; !isOver; n++) {
      await read(world, asking.sessionId, (asking.instance + n + 1) % COUNT, n % 4 === 3);
      await sleep(30);
    }
  };
  const reading = reader();
  await ask(world, thrown, asking);
  isOver = true;
  await reading;
}

/** Asks a question until its end is known, repeating it where that is safe. Gives the session it made. */
async function ask(world: World, thrown: Dice, asking: Asking): Promise<string | null> {
  const { ledger } = world;
  const { tag, way, sessionId } = asking;
  const isLeft = thrown.chance(0.08) && way === "llamacloud";
  const leaveAfter = isLeft ? 300 + thrown.upTo(5000) : undefined;
  const isRepeatable = way === "llamacloud" || thrown.chance(0.5);
  // A number that is this question's alone, in the form that the dialect asks for.
  const key = isRepeatable ? uuidOf(thrown) : null;
  const request = requestOf(way, { agentId: world.agentId, sessionId, question: questionOf(tag), key });
  const sentAt = Date.now();
  ledger.ways.set(tag, way);
  let { instance } = asking;
  let tries = 0;
  let isEntered = false;
  for (;;) {
    const note = `${tag} ${way} to instance ${instance}${tries > 0 ? ", again" : ""}`;
    ledger.notes.push({ at: Date.now(), sessionId: sessionId ?? "new", text: note });
    const got = await send(world, instance, { method: "POST", ...request, leaveAfter });
    if (got.isHeard) tries++;
    const answered = answeredOf(way, got);
    isEntered ||= answered.isEntered;
    const mayAskAgain = (isRepeatable || !got.isHeard) && Date.now() < sentAt + REPEATS_MS;
    if (answered.ending.kind === "lost" && got.isWhole) {
      unexpected(world, sessionId, `The answer to ${tag} (${way}, instance ${instance}) ended without its last frame`);
    }
    if (answered.ending.kind !== "lost" || got.hasLeft || !mayAskAgain) {
      return enter(world, asking, { sentAt, tries, isEntered, answered });
    }
    await sleep(300);
    instance = (instance + 1) % COUNT;
  }
}

function enter(
  { ledger }: World,
  { tag, way, sessionId }: Asking,
  { answered, ...rest }: Pick<Question, "sentAt" | "tries" | "isEntered"> & { readonly answered: Answered },
): string | null {
  const { ending } = answered;
  const known = sessionId ?? answered.sessionId;
  if (known !== null) ledger.sessions.add(known);
  ledger.questions.push({ tag, way, sessionId: known, endedAt: Date.now(), ending, ...rest });
  const detail = ending.kind === "refused" ? ending.status : ending.kind === "failed" ? ending.why : "";
  ledger.notes.push({ at: Date.now(), sessionId: known, text: `${tag} ${ending.kind} ${detail}` });
  return known;
}

function uuidOf(thrown: Dice): string {
  const digits = Array.from({ length: 32 }, () => thrown.upTo(16).toString(16)).join("");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/u, "$1-$2-4$3-8$4-$5");
}

/** Reads a session, through LlamaCloud or through Julep. */
async function read(world: World, sessionId: string, instance: number, isJulep: boolean): Promise<void> {
  const path = isJulep ? `/api/sessions/${sessionId}/history` : `/api/v1/chat/${sessionId}?event_ids=1`;
  const got = await send(world, instance, { method: "GET", path });
  if (!got.isWhole) return;
  if (got.status !== 200 && got.status !== 404) {
    unexpected(world, sessionId, `A read of instance ${instance} got ${got.status} ${got.body}`);
    return;
  }
  const { startedAt, endedAt } = got;
  const seen = { sessionId, instance, startedAt, endedAt };
  if (isJulep) {
    const messages = got.status === 404 ? null : historyOf(got.body);
    world.ledger.reads.push({ ...seen, kind: "history", messages, stops: [] });
    return;
  }
  const all = got.status === 404 ? null : retrieved(got.body);
  const stops = all?.turns.flatMap(({ stop }) => stop ?? []) ?? [];
  world.ledger.reads.push({ ...seen, kind: "retrieve", messages: all?.messages ?? null, stops });
}

/** Stops or deletes. */
async function tell(world: World, what: "stop" | "delete", sessionId: string, instance: number): Promise<void> {
  const { ledger } = world;
  const acts = what === "stop" ? ledger.stops : ledger.deletes;
  const sentAt = Date.now();
  // It counts from the moment it is sent, whatever comes of it.
  const at = acts.push({ sessionId, sentAt, endedAt: Number.POSITIVE_INFINITY, isDone: false }) - 1;
  ledger.notes.push({ at: sentAt, sessionId, text: `${what} to instance ${instance}` });
  const path = `/api/v1/chat/${sessionId}`;
  const got = await send(
    world,
    instance,
    what === "stop" ? { method: "POST", path: `${path}/stop`, body: {} } : { method: "DELETE", path },
  );
  const isDone = got.isWhole && got.status < 300;
  const done: Act = { sessionId, sentAt, endedAt: got.isWhole ? Date.now() : Number.POSITIVE_INFINITY, isDone };
  acts[at] = done;
  ledger.notes.push({ at: Date.now(), sessionId, text: `${what} answered ${got.status} ${got.body}` });
  if (got.isWhole && got.status >= 300 && got.status !== 404) {
    unexpected(world, sessionId, `${what} of instance ${instance} got ${got.status} ${got.body}`);
  }
}
