import { z } from "zod";
import { SLUG } from "../../core/bots.ts";
import { PROVIDER_KINDS, PROVIDER_NAME } from "../../domain/model-provider.ts";
import { isSecretName } from "../../domain/secrets.ts";
import { SHORT_TEXT, text } from "../bounds.ts";
import { integerText } from "../integer-text.ts";
import { decodeWindowPlace, TURNS_IN_WINDOW } from "./window.ts";

// What the web app sends to its own routes.

/** A fault in the words that its forms show. */
export const fault = (message: string) => ({ error: message, params: { type: "value_error" } });

/**
 * What nobody sees in an address, and what two that look alike may differ in; U+FFFD stands for what cannot be stored.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufffd]/u;
// The parts behind the @ hold no full stop, so that each text is read in one way only.
const ADDRESS = /^[^\s@,;<>"()[\]\\]+@[^\s@,;<>"()[\]\\.]+(?:\.[^\s@,;<>"()[\]\\.]+)+$/u;

/** An e-mail address and a password, for a new account or for signing in. */
export const AccountBody = z.object({
  email: z
    .string()
    .trim()
    .max(254, { abort: true })
    .refine((address) => !UNSEEN.test(address), {
      ...fault("An e-mail address has no control characters and no invisible ones"),
      abort: true,
    })
    .regex(ADDRESS, fault("Enter one e-mail address, such as ada@example.org")),
  password: text(1000).min(10, fault("Use at least 10 characters")),
});

/** A new password; the e-mail address for an account that has none. */
export const PasswordBody = z.object({
  current_password: text(1000).nullish(),
  email: AccountBody.shape.email.nullish(),
  password: AccountBody.shape.password,
});

/** What proves that somebody may delete the account: its password, where it has one. */
export const DeleteAccountBody = z.object({ password: text(1000).nullish() });

/** An agent as the web app edits it: all fields are sent, null where there is none. */
const agentFields = {
  name: z.string().trim().max(255, { abort: true }).min(1, fault("Give the agent a name")),
  about: text(2000),
  instructions: text(32_768),
  model: text(255).nullable(),
  temperature: z.number().min(0).max(2).nullable(),
  max_tokens: z.int().min(1).nullable(),
  slug: text(SHORT_TEXT)
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
  offset: text(SHORT_TEXT)
    .regex(/^\d{1,9}$/u, fault("Input should be a whole number of 0 or more"))
    .transform(Number)
    .default(0),
});
export const AgentPatch = z.object(agentFields).partial();

const providerFields = {
  name: z
    .string()
    .trim()
    .max(32, { abort: true })
    .regex(PROVIDER_NAME, fault("Use lower-case letters, digits, hyphens and full stops, such as “ollama”")),
  /** Where a compatible server is; its path goes up to what stands before `/chat/completions`. */
  base_url: text(2000)
    .trim()
    .refine(
      isBaseUrl,
      fault("Enter an address such as http://localhost:11434/v1, without a name, password or key in it"),
    )
    .nullish(),
  api_key: text(4000)
    .trim()
    .regex(/^[\u0021-\u007e]*$/u, fault("A key has letters, digits and signs, and no spaces"))
    .nullish(),
};

/** A provider of models to be added. A key is sent once and never shown again. */
export const ProviderBody = z
  .object({ kind: z.enum(PROVIDER_KINDS), ...providerFields })
  .refine(({ kind, base_url }) => kind !== "compatible" || (base_url ?? "") !== "", {
    ...fault("Enter the server's address, such as http://localhost:11434/v1"),
    path: ["base_url"],
  })
  .refine(({ kind, api_key }) => kind === "compatible" || (api_key ?? "") !== "", {
    ...fault("Enter the key that the provider gave you"),
    path: ["api_key"],
  });
/** Absent: it stays. An empty key takes it away. */
export const ProviderPatch = z.object(providerFields).partial();

function isBaseUrl(address: string): boolean {
  const url = URL.parse(address);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  return isWeb && url.username === "" && url.password === "" && url.hash === "" && !hasSecret(url);
}

/** What an upload says of itself besides its bytes: how it is called. */
export const UploadQuery = z.object({ name: text(2000) });

/** An address is stored and shown as it is; a key has its own field. */
const hasSecret = ({ searchParams }: URL): boolean => [...searchParams.keys()].some(isSecretName);

export const UsageQuery = z.object({
  days: text(SHORT_TEXT)
    .regex(/^\d{1,3}$/u, fault("Input should be a whole number from 1 to 366"))
    .transform(Number)
    .pipe(z.int().min(1).max(366))
    .default(30),
});

/** A place on a session's line, as an answer has given it. */
const WindowPlace = text(SHORT_TEXT).transform((place, context) => {
  const found = decodeWindowPlace(place);
  if (found) return found;
  context.addIssue({ code: "custom", ...fault("This is no place that an answer has given") });
  return z.NEVER;
});

/** Which turns of a session are asked for: those before a place, or from one on; without either the last. */
export const TurnsQuery = z.object({
  before: WindowPlace.optional(),
  from: WindowPlace.optional(),
  limit: integerText(z.number().min(1).max(100))
    .optional()
    .transform((turns) => turns ?? TURNS_IN_WINDOW),
});

/** The questions of a session from a place on; without one from the first. */
export const OutlineQuery = z.object({ from: WindowPlace.optional() });

const position = text(SHORT_TEXT)
  .regex(/^\d{1,9}$/u, fault("Input should be a position: a whole number of 0 or more"))
  .transform(Number)
  .optional();
/** Which positions of a line are asked about: from the first to before the second. */
export const BranchesQuery = z.object({ from: position, upto: position });
/** What a session is given as: to be read, or with all that is stored of it. */
export const ExportQuery = z.object({ format: z.enum(["markdown", "json"]).default("json") });
/** The line to be shown. */
export const BranchBody = z.object({ branch_id: z.guid() });

// Any text may be asked with: one that is no token of this database is told so by `reset`.
export const ChangesQuery = z.object({ since: text(200).optional() });

const whole = (max: number) =>
  text(SHORT_TEXT)
    .regex(/^\d{1,9}$/u, fault("Input should be a whole number of 0 or more"))
    .transform(Number)
    .pipe(z.int().max(max));

/**
 * Which of a turn's context is read: its items from `first` on, or of one `item` its text from the character `at` on.
 */
export const ContextQuery = z.object({
  first: whole(999_999_999).default(0),
  item: whole(999_999_999).optional(),
  at: whole(999_999_999).default(0),
  /** "1": messages are told as the JSON that a model is sent, and not in words. */
  raw: z.enum(["0", "1"]).default("0"),
});
