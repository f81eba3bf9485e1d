import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below what systems give to outgoing connections, which would take a port between the look and its use; browsers take
 * all.
 */
const [LOWEST, ABOVE] = [11_000, 32_000];
const MOST_TRIES = 100;

/** A port of this machine that nobody listens on now. Throws where none of a hundred is free. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = randomInt(LOWEST, ABOVE);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port of ${MOST_TRIES} between ${LOWEST} and ${ABOVE} is free`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
