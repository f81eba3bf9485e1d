import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { llamacloudPolicy } from "../llamacloud/policy.ts";

/** By what rules a turn of a page goes: as LlamaCloud's, whose dialect pages speak, but for the tools. */
export const webPolicy: TurnPolicy = {
  ...llamacloudPolicy,
  // A function is answered by the person. In a browser nobody has agreed to what other tools change; who holds a key
  // has.
  ownTools: "functions",
};
