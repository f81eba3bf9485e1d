import { setTimeout as sleep } from "node:timers/promises";
import { newSession, read, tell } from "./acts.ts";
import { ask, askAndRead } from "./ask.ts";
import { COUNT } from "./instances.ts";
import { type Dice, dice } from "./texts.ts";
import { unexpected, type World } from "./world.ts";

const OWN_SESSIONS = 3;

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
