import { AsyncLocalStorage } from "node:async_hooks";
import { type Host, ownServer } from "../core/host.ts";

// Where the process runs: a server of one's own, or functions of Vercel, which are frozen while no request and no
// `waitUntil` is open, and are ended half a second after they were told to end.

/** The longest that a function may work on a request: `maxDuration` of vercel.json. */
export const FUNCTION_SECONDS = 300;
/** So long before that a turn is handed over: writing its last events and ending its lease take a moment. */
const SPARE_MS = 15_000;

/** What the launcher of a function knows of the request at hand, as Next and `@vercel/functions` look for it. */
type RequestContext = { readonly waitUntil?: (work: Promise<unknown>) => void };
const CONTEXTS = [Symbol.for("@next/request-context"), Symbol.for("@vercel/request-context")] as const;
const contexts = globalThis as { readonly [name: symbol]: { readonly get?: () => RequestContext | undefined } };

// Next bundles each route by itself: what is once in the process hangs on the global object.
const BEGUN = Symbol.for("parley.request-begun");
const holder = globalThis as { [BEGUN]?: AsyncLocalStorage<number> }; // the key is ours alone

function begun(): AsyncLocalStorage<number> {
  holder[BEGUN] ??= new AsyncLocalStorage();
  return holder[BEGUN];
}

/** Does what a request asks for. It is known from then on when the request began. */
export const withinRequest = <Result>(work: () => Promise<Result>): Promise<Result> => begun().run(Date.now(), work);

/** A function of Vercel. What is kept awake belongs to the request that began it. */
const vercelFunction: Host = {
  keepAwake(work) {
    const context = CONTEXTS.map((name) => contexts[name]?.get?.()).find((one) => one?.waitUntil);
    context?.waitUntil?.(work.catch(() => {}));
  },
  isAlwaysAwake: false,
  deadline: () => (begun().getStore() ?? Date.now()) + FUNCTION_SECONDS * 1000 - SPARE_MS,
};

/** What the process runs on. */
export const hostOf = ({ isFunction }: { readonly isFunction: boolean }): Host =>
  isFunction ? vercelFunction : ownServer;
