import type { ServerToolCall } from "../scope.ts";
import { runApiCall } from "./run-api-call.ts";
import { runIntegration } from "./run-integration.ts";
import { type Operate, runSystem } from "./run-system.ts";

/** Runs a tool that the server runs, whichever dialect the agent answers in. Throws what the model is to be told. */
export async function runTool(call: ServerToolCall, operate: Operate): Promise<unknown> {
  const { tool, input } = call;
  switch (tool.type) {
    case "integration":
      return runIntegration(tool.spec, input);
    case "system":
      return runSystem(tool.spec, call, operate);
    case "api-call":
      return runApiCall(tool.spec, call);
    default:
      return tool satisfies never;
  }
}
