import { v7 } from "uuid";

/** A new UUIDv7 in lower case: later ids sort after earlier ones. */
export const newId = (): string => v7();

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/**
 * Whether a text is a UUID of any version and variant. Asked before a query: PostgreSQL refuses other texts as uuid.
 */
export const isId = (text: string): boolean => ID.test(text);
