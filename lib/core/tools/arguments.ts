import { z } from "zod";

export type Arguments = Readonly<Record<string, unknown>>;

const AnyObject = z.record(z.string(), z.unknown());

/** What is given as an object; of anything else nothing. */
export const argumentsOf = (value: unknown): Arguments => AnyObject.safeParse(value).data ?? {};
