import { setTimeout as sleep } from "node:timers/promises";
import { read } from "./acts.ts";
import { COUNT } from "./instances.ts";
import type { Question, Way } from "./ledger.ts";
import { type Dice, questionOf } from "./texts.ts";
import { type Answered, answeredOf, requestOf } from "./ways.ts";
import { send, unexpected, type World } from "./world.ts";

/** So long a client tries to hear what came of a question: longer than a lease and the look for lost ones. */
const REPEATS_MS = 45_000;

export type Asking = {
  readonly tag: string;
  readonly way: Way;
  readonly sessionId: string | null;
  readonly instance: number;
};

/** Asks, and reads the session on the other instance all the while. */
export async function askAndRead(
  world: World,
  thrown: Dice,
  asking: Asking & { readonly sessionId: string },
): Promise<void> {
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
export async function ask(world: World, thrown: Dice, asking: Asking): Promise<string | null> {
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
