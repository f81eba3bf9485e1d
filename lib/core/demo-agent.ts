import { insertShippedAgent } from "../db/agents.ts";
import { PLAIN_TEMPLATE } from "./render/templates.ts";
import type { Scope } from "./scope.ts";

/** The bot that the document of bot chat asks in its examples, by this id and by the slug. */
const DEMO_ID = "edf826b8-1b75-4f57-bd26-641c897f9c1e";

/**
 * Gives an account the agent that the examples of bot chat ask. Nothing happens where the deployment has it already.
 */
export async function makeDemoAgent({ database, accountId }: Pick<Scope, "database" | "accountId">): Promise<void> {
  await insertShippedAgent(database, accountId, {
    id: DEMO_ID,
    name: "Taxson",
    canonicalName: "taxson",
    slug: "taxson",
    about: "Explains taxes in plain words. Made with the server as an example; change or delete it.",
    instructions: [
      "You explain taxes in plain words and short steps.",
      "Say which country or state an answer is for. Ask where it depends on what you were not told.",
      "Tell people to ask a tax adviser before they decide anything that costs money.",
    ],
    systemTemplate: PLAIN_TEMPLATE,
  });
}
