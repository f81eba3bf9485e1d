import { v7, validate } from "uuid";

/** A new UUIDv7 in lower case: later ids sort after earlier ones. */
export const newId = (): string => v7();

/** Whether a text is a UUID of any version. Asked before a query, since PostgreSQL refuses other texts as uuid. */
export const isId = (text: string): boolean => validate(text);
