// How outside JSON is looked at where a schema for each piece would cost more than all the rest of its way: a field
// that has another shape counts as absent.

export type Fields<Name extends string> = { readonly [name in Name]?: unknown };
const NONE: Fields<never> = {};

/** A value as an object whose fields may be asked for; what is none has none of them. */
export const fields = <Name extends string>(value: unknown): Fields<Name> =>
  typeof value === "object" && value !== null ? value : NONE;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
