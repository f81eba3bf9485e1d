import { ChatError } from "../domain/errors.ts";

/** Where passwords are hashed: each hash takes 19 MB and a core for a while, and anybody may ask for one. */
export type HashLine = {
  /**
   * Runs `hash` when it is its turn. `name` says for whom, such as an address. Throws "rate-limited", at once, where
   * too many wait, of all or of this name.
   */
  readonly run: <Result>(name: string, hash: () => Promise<Result>) => Promise<Result>;
};

/** Opens a line of which `atOnce` run; `most` are in it, and `mostOfOne` of one name. */
export function openHashLine({
  atOnce,
  most,
  mostOfOne,
}: {
  readonly atOnce: number;
  readonly most: number;
  readonly mostOfOne: number;
}): HashLine {
  const waiting: (() => void)[] = [];
  const inLine = new Map<string, number>();
  let running = 0;
  let count = 0;

  const begin = () =>
    new Promise<void>((resolve) => {
      if (running >= atOnce) return void waiting.push(resolve);
      running++;
      resolve();
    });
  /** Whoever waits longest takes the place; else it is free. */
  const end = () => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };
  const add = (name: string, n: number) => {
    count += n;
    const ofName = (inLine.get(name) ?? 0) + n;
    if (ofName === 0) inLine.delete(name);
    else inLine.set(name, ofName);
  };

  return {
    async run(name, hash) {
      if (count >= most || (inLine.get(name) ?? 0) >= mostOfOne) {
        const message = "Too many passwords are being checked. Try again in a few seconds.";
        throw new ChatError("rate-limited", message, { retryAfterSeconds: 5 });
      }
      add(name, 1);
      await begin();
      try {
        return await hash();
      } finally {
        end();
        add(name, -1);
      }
    },
  };
}
