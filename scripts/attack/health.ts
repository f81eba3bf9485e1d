import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

// A thread that asks for the server's health every 50 ms, whatever its answers, and tells how long each took.

const EVERY_MS = 50;
const { url } = workerData as { readonly url: string }; // whoever starts the thread gives it
// A kept connection may be closed just when it is asked.
const agent = new Agent({ keepAlive: false });
const took: number[] = [];
const faults: string[] = [];

function ask(): void {
  const startedAt = performance.now();
  const end = (fault: string | null) => {
    took.push(performance.now() - startedAt);
    if (fault !== null) faults.push(fault);
  };
  get(`${url}/api/health`, { agent }, (response) => {
    response.resume();
    response.on("end", () => end(response.statusCode === 200 ? null : `health answered ${response.statusCode}`));
  }).on("error", (thrown) => end(`health: ${thrown.message}`));
}

const timer = setInterval(ask, EVERY_MS);
parentPort?.on("message", () => {
  clearInterval(timer);
  agent.destroy();
  parentPort?.postMessage({ took, faults });
  parentPort?.close();
});
