import { makeDemoAgent } from "../core/demo-agent.ts";
import { ensureOwner, enterSettingKey } from "../db/accounts.ts";
import type { Database } from "../db/database.ts";
import { newId } from "../domain/ids.ts";
import { hashKey, keyHint } from "./keys.ts";

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
