import { ChatError } from "../../domain/errors.ts";
import type { Scope } from "../scope.ts";
import { type TakenTurn, type TurnOptions, takeTurn } from "./take-turn.ts";

/** Enters several turns, or none: where one is refused, those before it are ended. Throws as `takeTurn` does. */
export async function takeAll(scope: Scope, turns: readonly TurnOptions[]): Promise<TakenTurn[]> {
  const taken: TakenTurn[] = [];
  try {
    for (const turn of turns) taken.push(await takeTurn(scope, turn));
  } catch (thrown) {
    for (const { live } of taken) live?.abort("hang-up", new ChatError("cancelled", "Another choice was refused"));
    throw thrown;
  }
  return taken;
}
