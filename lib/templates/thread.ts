// Renders templates in a thread of its own, one at a time: it is ended when one takes too long.
import { parentPort } from "node:worker_threads";
import { toChatError } from "../domain/errors.ts";
import { openRenderer } from "./render-here.ts";
import type { Rendered, RenderJob } from "./threads.ts";

const renderHere = openRenderer();
// The engine is loaded before the first template comes, whose second it must not cost.
renderHere("", {});
parentPort?.on("message", ({ source, variables }: RenderJob) => {
  parentPort?.postMessage(rendered(source, variables));
});
parentPort?.postMessage("ready");

function rendered(source: string, variables: RenderJob["variables"]): Rendered {
  try {
    return { output: renderHere(source, variables) };
  } catch (thrown) {
    const { code, message } = toChatError(thrown);
    return { code, message };
  }
}
