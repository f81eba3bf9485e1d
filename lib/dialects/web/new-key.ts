import { z } from "zod";
import type { ApiKeyInput } from "../../core/api-keys.ts";
import { list } from "../bounds.ts";
import { KEY_SCOPES } from "../index.ts";
import { fault } from "./schema.ts";

// Apart from the other schemas, since it knows all dialects and would bring them into each page's code.

/** A key to be made. Absent limits are none. */
export const ApiKeyBody = z.object({
  name: z.string().trim().max(100, { abort: true }).min(1, fault("Name the key after what will use it")),
  scopes: list(z.enum(KEY_SCOPES), KEY_SCOPES.length).default([]),
  agent_id: z.guid().nullish(),
  /** Days from now; 1 to 3650. */
  expires_in_days: z.int().min(1).max(3650).nullish(),
});

const DAY_MS = 24 * 60 * 60 * 1000;

export const decodeApiKey = (body: z.output<typeof ApiKeyBody>, now: number): ApiKeyInput => ({
  name: body.name,
  scopes: [...new Set(body.scopes)],
  agentId: body.agent_id?.toLowerCase() ?? null,
  expiresAt: body.expires_in_days ? new Date(now + body.expires_in_days * DAY_MS) : null,
});
