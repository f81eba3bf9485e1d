import { ChatError } from "../domain/errors.ts";
import { noteOpening } from "./opening.ts";
import type { Parley } from "./running.ts";
import { parseSettings } from "./settings.ts";

export type { Known, Parley } from "./running.ts";

// Next bundles each route by itself: what is once in the process hangs on the global object.
const HOLDER = Symbol.for("parley.process");
const holder = globalThis as { [HOLDER]?: Promise<Parley> }; // the key is ours alone
/** What Next sets while it builds. */
const PHASE_BUILD = "phase-production-build";

/**
 * The running server. The first call opens it; one that failed to open is tried again by the next.
 *
 * Throws "unavailable" for wrong settings, and while Next builds, which is to touch nothing; what else keeps it from
 * opening as it is.
 */
export function parley(): Promise<Parley> {
  const opened = holder[HOLDER];
  if (opened) return opened;
  if (process.env.NEXT_PHASE === PHASE_BUILD)
    return Promise.reject(new ChatError("unavailable", "A build opens no server"));
  const opening = open();
  holder[HOLDER] = opening;
  opening.then(
    () => noteOpening(false),
    () => {
      noteOpening(true);
      if (holder[HOLDER] === opening) delete holder[HOLDER];
    },
  );
  return opening;
}

async function open(): Promise<Parley> {
  const settings = parseSettings(process.env);
  // Loaded by whoever opens it, which is the start. What only uses it is loaded without what opens it: half of all
  // code.
  const { openParley } = await import("./open-parley.ts");
  return openParley(settings, process.cwd(), () => delete holder[HOLDER]);
}
