import { z } from "zod";
import type { ApiKeyInput } from "../../core/api-keys.ts";
import { type ApiKey, KEY_SCOPES } from "../../domain/api-key.ts";
import type { DayUsage } from "../../domain/usage.ts";
import { llamacloudFailure } from "../llamacloud/errors.ts";

/** The web app's own routes: a cookie of our pages, or a key; no other origins. */
export const web = {
  name: "web",
  credentials: "key-or-guest",
  cors: false,
  bodyLimitBytes: 256 * 1024,
  failure: llamacloudFailure,
} as const;

const fault = (message: string) => ({ error: message, params: { type: "value_error" } });

/** An e-mail address and a password, for a new account or for signing in. */
export const AccountBody = z.object({
  email: z
    .string()
    .trim()
    .max(254)
    .regex(
      /^[^\s@,;<>"()[\]\\]+@[^\s@,;<>"()[\]\\]+\.[^\s@,;<>"()[\]\\]+$/u,
      fault("Enter one e-mail address, such as ada@example.org"),
    ),
  password: z.string().min(10, fault("Use at least 10 characters")).max(1000),
});

/** A key to be made. Absent limits are none. */
export const ApiKeyBody = z.object({
  name: z.string().trim().min(1, fault("Name the key after what will use it")).max(100),
  scopes: z.array(z.enum(KEY_SCOPES)).max(KEY_SCOPES.length).default([]),
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

export const encodeApiKey = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  hint: key.hint,
  scopes: key.scopes,
  agent_id: key.agentId,
  expires_at: key.expiresAt?.toISOString() ?? null,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  created_at: key.createdAt.toISOString(),
});

export const UsageQuery = z.object({
  days: z
    .string()
    .regex(/^\d{1,3}$/u, fault("Input should be a whole number from 1 to 366"))
    .transform(Number)
    .pipe(z.int().min(1).max(366))
    .default(30),
});

export const encodeUsage = (usage: DayUsage) => ({
  day: usage.day,
  turns: usage.turns,
  errors: usage.errors,
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
});

// A change that was being committed while the last look was taken shows in the next.
const OVERLAP_MS = 2000;

/** What to ask for changes with after a look at `now`, in milliseconds. */
export const changesToken = (now: number): string => new Date(now - OVERLAP_MS).toISOString();

export const ChangesQuery = z.object({ since: z.iso.datetime(fault("Use a token that this route gave")).optional() });
