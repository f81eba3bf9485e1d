let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other caller gets: who draws something large waits for one before each
 * part, so that other requests are answered between two. For the server alone.
 */
export function loopTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(() => setImmediate(resolve))));
  return last;
}
