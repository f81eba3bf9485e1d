// Loaded into a server before anything else (`node --expose-gc --import`): collects what nothing holds when it is told
// to by SIGUSR2, so that what a request costs is counted from a server at rest.
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("SIGUSR2", () => globalThis.gc?.());
