import { z } from "zod";
import { Prisma } from "./generated/client.ts";
import { violated as violatedByHand } from "./sql.ts";

/** What Prisma tells of a constraint: its driver adapter hands on what the database said. */
const Meta = z.object({
  driverAdapterError: z.object({
    cause: z.object({ constraint: z.object({ index: z.string() }).optional() }),
  }),
});

/**
 * The name of the constraint or unique index that a statement by hand or a call of Prisma violated; "" where Prisma does
 * not tell which, as for a check; null when it failed for another reason.
 */
export function violated(thrown: unknown): string | null {
  if (!(thrown instanceof Prisma.PrismaClientKnownRequestError)) return violatedByHand(thrown);
  const isViolation = VIOLATIONS.has(thrown.code) || codeOf(thrown)?.startsWith("23");
  if (!isViolation) return null;
  const meta = Meta.safeParse(thrown.meta);
  return meta.data?.driverAdapterError.cause.constraint?.index ?? "";
}

/** Unique, foreign key, not null. */
const VIOLATIONS = new Set(["P2002", "P2003", "P2011"]);

const Code = z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) });

/** The database's own code of an error that Prisma has none for. */
const codeOf = (thrown: Prisma.PrismaClientKnownRequestError): string | undefined =>
  Code.safeParse(thrown.meta).data?.driverAdapterError.cause.originalCode;
