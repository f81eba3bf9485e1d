import { makeDemoAgent } from "../core/demo-agent.ts";
import { ensureOwner, enterSettingKey, findApiKey } from "../db/accounts.ts";
import type { Database } from "../db/database.ts";
import { insertOwnerLink, takeOwnerLink } from "../db/owner-links.ts";
import { newId } from "../domain/ids.ts";
import { hashKey, isSecret, keyHint, randomText } from "./keys.ts";
import type { Settings } from "./settings.ts";

/** A link to sign in with is good for so long. */
const LINK_HOURS = 24;

/**
 * The owner with its demo agent, and with the key that the settings name. A key that they named before ends; one that
 * somebody has revoked stays revoked. Gives the owner's id.
 */
export async function openOwner(database: Database, key: string): Promise<string> {
  const owner = await ensureOwner(database, newId());
  if (owner.isNew) await makeDemoAgent({ database, accountId: owner.id });
  await enterSettingKey(database, {
    id: newId(),
    accountId: owner.id,
    hash: hashKey(key),
    hint: keyHint(key),
    name: "First key",
  });
  return owner.id;
}

/** The token of a link that signs a browser in as the owner: once, at any instance, within a day. */
export async function makeOwnerToken(database: Database): Promise<string> {
  const token = randomText(32);
  await insertOwnerLink(database, hashKey(token), LINK_HOURS);
  return token;
}

/**
 * Takes what somebody shows to be signed in as the owner: the token of a link, which is used up, or, where the server
 * is a function and prints no link, the key of the settings, as long as nobody has revoked it. False for anything else.
 */
export async function takeOwnerToken(
  database: Database,
  { isFunction, apiKey }: Pick<Settings, "isFunction" | "apiKey">,
  given: string,
): Promise<boolean> {
  if (isFunction && apiKey !== undefined && isSecret(given, apiKey)) {
    return (await findApiKey(database, hashKey(apiKey))) !== null;
  }
  return takeOwnerLink(database, hashKey(given));
}
