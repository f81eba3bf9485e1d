import { z } from "zod";

const Json = z.record(z.string(), z.unknown());

/**
 * What the provider of a step wants back as it gave it: signatures, sealed thoughts. It goes back to whoever made it,
 * and to nobody else; no dialect shows it.
 */
export const ProviderData = z.object({
  /** Who made it: an address and a family of models, as `lib/model` names them. */
  from: z.string(),
  /** The name under which it gives its thoughts, where it gave any, and takes them back. */
  reasoning: z.string().optional(),
  /** What belongs to the message, by the provider's names for it. */
  fields: Json.optional(),
  /** What belongs to calls, by their ids here. */
  calls: Json.optional(),
});
export type ProviderData = Readonly<z.infer<typeof ProviderData>>;
