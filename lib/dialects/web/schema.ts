import { z } from "zod";
import { SLUG } from "../../core/bots.ts";

// What the web app sends to its own routes.

/** A fault in the words that its forms show. */
export const fault = (message: string) => ({ error: message, params: { type: "value_error" } });

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

/** A new password; the e-mail address for an account that has none. */
export const PasswordBody = z.object({
  current_password: z.string().max(1000).nullish(),
  email: AccountBody.shape.email.nullish(),
  password: AccountBody.shape.password,
});

/** An agent as the web app edits it: all fields are sent, null where there is none. */
const agentFields = {
  name: z.string().trim().min(1, fault("Give the agent a name")).max(255),
  about: z.string().max(2000),
  instructions: z.string().max(32_768),
  model: z.string().max(255).nullable(),
  temperature: z.number().min(0).max(2).nullable(),
  max_tokens: z.int().min(1).nullable(),
  slug: z
    .string()
    .regex(SLUG, fault("Use 2 to 63 lower-case letters, digits and hyphens, the first no hyphen"))
    .nullable(),
  is_public: z.boolean(),
  allow_caller_system_messages: z.boolean(),
  /** Seconds. */
  session_max_ttl: z.int().min(1).max(2_147_483_647).nullable(),
};
export const AgentBody = z
  .object({ name: agentFields.name })
  .extend(z.object(agentFields).omit({ name: true }).partial().shape);
export const AgentListQuery = z.object({
  offset: z
    .string()
    .regex(/^\d{1,9}$/u, fault("Input should be a whole number of 0 or more"))
    .transform(Number)
    .default(0),
});
export const AgentPatch = z.object(agentFields).partial();

export const UsageQuery = z.object({
  days: z
    .string()
    .regex(/^\d{1,3}$/u, fault("Input should be a whole number from 1 to 366"))
    .transform(Number)
    .pipe(z.int().min(1).max(366))
    .default(30),
});

// Any text may be asked with: one that is no token of this database is told so by `reset`.
export const ChangesQuery = z.object({ since: z.string().max(200).optional() });
