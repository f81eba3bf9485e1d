import { setTimeout as sleep } from "node:timers/promises";

export const PACED_FRAMES = 5;
export const PACE_MS = 300;

/** Frames of an event stream with a pause between, for whoever wants to know whether they arrive so. */
export async function* pacedFrames(): AsyncGenerator<string, void> {
  for (let n = 1; n <= PACED_FRAMES; n++) {
    yield `data: {"n":${n}}\n\n`;
    if (n < PACED_FRAMES) await sleep(PACE_MS);
  }
}
