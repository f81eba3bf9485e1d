import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { askIn, call, json, newSession, read, storedOf, until } from "./calls.ts";
import { SLOW, SLOW_ANSWER } from "./paced-model.ts";
import type { Try } from "./try.ts";
import type { World } from "./world.ts";

const MOST_GAP_MS = 5000;
const ROUNDS = 12;

/** The words that a stream of LlamaCloud's has told, in order. */
const wordsOf = (text: string): string[] => [...new Set(text.match(/\bw\d+\b/gu) ?? [])];
const ALL = SLOW_ANSWER.trim().split(" ");

/** Does something with two copies of the functions on one database. */
const withTwo =
  (run: (world: World, one: Front, two: Front) => Promise<string | undefined>) => async (world: World) => {
    const [one, two] = await Promise.all([world.front(), world.front()]);
    try {
      return await run(world, one, two);
    } catch (thrown) {
      for (const instance of [...one.instances(), ...two.instances()]) console.error(instance.output().slice(-3000));
      throw thrown;
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  };
type Front = Awaited<ReturnType<World["front"]>>;

export const endTries: readonly Try[] = [
  {
    name: "a turn whose function is ended half a second after SIGTERM goes on at another, for who follows it there",
    run: withTwo(async (world, one, two) => {
      const session = await newSession(one);
      const asking = askIn(one, session, `Tell me ${SLOW}`)
        .then(read)
        .catch(() => null);
      await until(async () => (await storedOf(world, session)).status === "running", "the turn runs");
      const following = call(two, "GET", `/api/v1/chat/${session}/messages/stream`).then(read);
      await sleep(2000);
      const inTime = await one.endAll();
      assert.ok(inTime.every(Boolean), "a function was still there after half a second");
      const { text, gapMs } = await following;
      await asking;
      assert.deepEqual(wordsOf(text), ALL);
      assert.ok(gapMs < MOST_GAP_MS, `the gap was ${gapMs} ms`);
      assert.deepEqual(await storedOf(world, session), { status: "completed", attempts: 2, said: SLOW_ANSWER });
      return `the longest gap was ${gapMs} ms`;
    }),
  },
  {
    name: "a turn whose function was killed goes on when somebody reads its session, once its lease is over",
    run: withTwo(async (world, one, two) => {
      const session = await newSession(one);
      const asking = askIn(one, session, `Tell me ${SLOW}`)
        .then(read)
        .catch(() => null);
      await until(async () => (await storedOf(world, session)).status === "running", "the turn runs");
      await sleep(1500);
      for (const instance of one.instances()) instance.kill();
      await asking;
      await sleep(16_000);
      assert.equal((await storedOf(world, session)).status, "running");
      await json(two, "GET", `/api/v1/chat/${session}`);
      await until(async () => (await storedOf(world, session)).status !== "running", "the turn ends", 20_000);
      assert.deepEqual(await storedOf(world, session), { status: "completed", attempts: 2, said: SLOW_ANSWER });
      return undefined;
    }),
  },
  {
    name: "nothing that was acknowledged is lost while functions come and go",
    run: withTwo(async (_, one, two) => {
      const fronts = [one, two];
      const session = await newSession(one);
      let acknowledged = 0;
      for (let n = 0; n < ROUNDS; n++) {
        const front = fronts[n % 2] ?? one;
        const response = await askIn(front, session, `Question ${n}?`);
        if (response.ok && (await read(response)).text.includes('"stop"')) acknowledged++;
        if (n % 3 === 2) await front.endAll();
      }
      const { events } = await json(two, "GET", `/api/v1/chat/${session}`);
      const asked = events.filter(({ type }: { readonly type: string }) => type === "user_input").length;
      assert.equal(acknowledged, ROUNDS);
      assert.equal(asked, ROUNDS);
      return `${acknowledged} turns over ${Math.floor(ROUNDS / 3)} ends of functions`;
    }),
  },
];
