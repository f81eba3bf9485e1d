import { z } from "zod";
import { violated as violatedByHand } from "./sql.ts";

/**
 * An error of Prisma with what its driver adapter hands on of the database's. Known by its looks: each route is a bundle,
 * and the client of the start's may be of another class.
 */
const PrismaError = z.object({
  name: z.literal("PrismaClientKnownRequestError"),
  meta: z.object({
    driverAdapterError: z.object({
      cause: z.object({
        /** The code of PostgreSQL. */
        originalCode: z.string(),
        constraint: z.object({ index: z.string() }).optional().catch(undefined),
      }),
    }),
  }),
});

/**
 * The name of the constraint or unique index that a statement by hand or a call of Prisma violated; "" where Prisma does
 * not tell which, as for a check; null when it failed for another reason.
 */
export function violated(thrown: unknown): string | null {
  const error = PrismaError.safeParse(thrown);
  if (!error.success) return violatedByHand(thrown);
  const { originalCode, constraint } = error.data.meta.driverAdapterError.cause;
  return originalCode.startsWith("23") ? (constraint?.index ?? "") : null;
}
