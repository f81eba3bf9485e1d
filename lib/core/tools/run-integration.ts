import type { IntegrationSpec } from "../../domain/tool-spec.ts";
import { type Arguments, argumentsOf } from "./arguments.ts";

/** The one integration that Parley runs gives back what it is called with. */
export function runIntegration({ provider, arguments: fixed }: IntegrationSpec, input: unknown): Arguments {
  if (provider !== "dummy") throw new Error(`The integration "${provider}" is not run by this server, only "dummy" is`);
  return { ...argumentsOf(input), ...argumentsOf(fixed) };
}
