import { z } from "zod";
import type { Database } from "./database.ts";
import { Prisma } from "./generated/client.ts";

/** A stored JSON object, or null. */
export const JsonObject = z.record(z.string(), z.unknown()).nullable();

/** A value for a JSON column: null is SQL's null, and nothing leaves the column as it is. */
export function jsonInput(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull | undefined {
  // What a body or a row held is JSON already; only its type does not say so.
  return value === null ? Prisma.DbNull : (value as Prisma.InputJsonValue | undefined);
}

/** How long a change waits for a connection, and may then take. */
const LIMITS = { maxWait: 20_000, timeout: 20_000 };

/** Runs calls of Prisma in one transaction, which is rolled back where `work` throws. */
export const inPrismaTransaction = <Result>(
  database: Database,
  work: (prisma: Prisma.TransactionClient) => Promise<Result>,
): Promise<Result> => database.prisma.$transaction(work, LIMITS);
