import { DatabaseError } from "pg";
import { z } from "zod";

/**
 * An error of Prisma with what its driver adapter hands on of the database's. Known by its looks: each route is a
 * bundle, and the client of the start's may be of another class.
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

/** Whether a code of PostgreSQL is of the class of violated constraints. */
const isViolation = (code: string | undefined): boolean => code?.startsWith("23") === true;

/**
 * The name of the constraint or unique index that a statement by hand or a call of Prisma violated; "" where Prisma
 * does not tell which, as for a check; null when it failed for another reason.
 */
export function violated(thrown: unknown): string | null {
  if (thrown instanceof DatabaseError) return isViolation(thrown.code) ? (thrown.constraint ?? "") : null;
  const error = PrismaError.safeParse(thrown);
  if (!error.success) return null;
  const { originalCode, constraint } = error.data.meta.driverAdapterError.cause;
  return isViolation(originalCode) ? (constraint?.index ?? "") : null;
}
