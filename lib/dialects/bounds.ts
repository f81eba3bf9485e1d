import { z } from "zod";
import { markNoted, renote } from "../domain/exact-numbers.ts";

// What schemas of outside data are made of: everything has a maximum, and what is over it is looked at no further.

/** So many faults are told at the most; a list is not read on behind them. */
export const MOST_ISSUES = 100;

/** Characters of a text that a person may write at length: instructions, a template, a situation. */
export const LONG_TEXT = 1_000_000;
/** Characters of a message, which may hold an image as a data URL: a body has no room for more. */
export const MESSAGE_TEXT = 8 * 1024 * 1024;
/** Messages of one call. */
export const MOST_MESSAGES = 10_000;
/** Characters of a name, an id or a word that nothing else bounds. */
export const SHORT_TEXT = 1000;

/** A text of at most `max` characters. What follows, a pattern or a refinement, is not asked about a longer one. */
export const text = (max: number): z.ZodString => z.string().max(max, { abort: true });

/** So many faults a fault stands for: those of a union hold the faults of each of its forms. */
function weight(issue: z.core.$ZodRawIssue): number {
  if (issue.code !== "invalid_union" || !Array.isArray(issue.errors)) return 1;
  return 1 + issue.errors.flat().length;
}

/** The least of the maxima that checks have set; none: Infinity. */
function maximum(checks: readonly z.core.$ZodCheck<never>[] = []): number {
  const maxima = checks.flatMap(({ _zod: { def } }) =>
    "maximum" in def && typeof def.maximum === "number" ? def.maximum : [],
  );
  return Math.min(Number.POSITIVE_INFINITY, ...maxima);
}

const BoundedArray = z.core.$constructor("BoundedArray", (inst: z.ZodArray, def: z.core.$ZodArrayDef) => {
  z.ZodArray.init(inst, def);
  const parse = inst._zod.parse;
  const max = maximum(def.checks);
  inst._zod.parse = (payload, context) => {
    const input = payload.value as unknown; // it is whatever was sent
    // Zod says what is wrong with these, and reads no item.
    if (!Array.isArray(input) || input.length > max) return parse(payload, context);
    const items: unknown[] = [];
    let faults = 0;
    for (const [n, value] of input.entries()) {
      const result = def.element._zod.run({ value, issues: [] }, context);
      if (result instanceof Promise) throw new z.core.$ZodAsyncError();
      items.push(result.value);
      for (const issue of result.issues) faults += weight(issue);
      payload.issues.push(...z.core.util.prefixIssues(n, result.issues));
      if (faults >= MOST_ISSUES) break;
    }
    payload.value = items;
    return payload;
  };
});

/**
 * A list of at most `max` items. A longer one is refused unread, and one of bad items is read up to some hundred
 * faults.
 */
export const list = <Item extends z.ZodType>(item: Item, max: number): z.ZodArray<Item> =>
  // A class of zod's own making has no type parameters.
  (new BoundedArray({ type: "array", element: item }) as unknown as z.ZodArray<Item>).max(max);

type RecordBounds = { readonly maxKeys: number; readonly maxKeyCharacters: number };
const RECORD_BOUNDS: RecordBounds = { maxKeys: 2048, maxKeyCharacters: 512 };

const BoundedRecord = z.core.$constructor(
  "BoundedRecord",
  (inst: z.ZodRecord, def: z.core.$ZodRecordDef & { readonly bounds?: RecordBounds }) => {
    z.ZodRecord.init(inst, def);
    const { maxKeys, maxKeyCharacters } = def.bounds ?? RECORD_BOUNDS;
    const parse = inst._zod.parse;
    inst._zod.bag.maxKeys = maxKeys;
    inst._zod.bag.maxKeyCharacters = maxKeyCharacters;
    inst._zod.parse = (payload, context) => {
      const input = payload.value as unknown; // it is whatever was sent
      if (typeof input !== "object" || input === null) return parse(payload, context);
      const keys = Object.keys(input);
      const fault =
        keys.length > maxKeys
          ? `Value error, an object should have at most ${maxKeys} keys, not ${keys.length}`
          : keys.some((key) => key.length > maxKeyCharacters)
            ? `Value error, keys should have at most ${maxKeyCharacters} characters`
            : null;
      if (fault === null) {
        const result = parse(payload, context);
        if (!(result instanceof Promise)) renote(input, result.value);
        return result;
      }
      payload.issues.push({ code: "custom", input, inst, message: fault, params: { type: "value_error" } });
      return payload;
    };
  },
);

/** An object with keys of the caller's choice, at most 2,048 of at most 512 characters. */
export const record = <Value extends z.ZodType>(value: Value): z.ZodRecord<z.ZodString, Value> =>
  // As with lists.
  new BoundedRecord({
    type: "record",
    keyType: z.string(),
    valueType: value,
  }) as unknown as z.ZodRecord<z.ZodString, Value>;

/** What JSON of any shape is held to. */
const JSON_BOUNDS = { characters: 1_000_000, values: 20_000, depth: 100 } as const;

/** Why a value is too much for `JSON_BOUNDS`; null where it is not. It stops where it knows. */
function jsonFault(root: unknown): string | null {
  let { characters, values } = JSON_BOUNDS;

  function fault(value: unknown, depth: number): string | null {
    if (--values < 0) return `should have at most ${JSON_BOUNDS.values} values`;
    if (depth > JSON_BOUNDS.depth) return `should be nested at most ${JSON_BOUNDS.depth} levels deep`;
    if (typeof value === "string") characters -= value.length;
    if (characters < 0) return `should have at most ${JSON_BOUNDS.characters} characters`;
    if (typeof value !== "object" || value === null) return null;
    if (Array.isArray(value)) return firstFault(value, depth + 1);
    const keys = Object.keys(value);
    for (const key of keys) characters -= key.length;
    return firstFault(Object.values(value), depth + 1);
  }

  function firstFault(items: readonly unknown[], depth: number): string | null {
    for (const item of items) {
      const found = fault(item, depth);
      if (found !== null) return found;
    }
    return null;
  }

  return fault(root, 0);
}

/** A schema that takes JSON of any shape within it, held to 1,000,000 characters, 20,000 values and 100 levels. */
export function sized<Schema extends z.ZodType>(schema: Schema): Schema {
  const check = new z.core.$ZodCheck({ check: "custom" });
  check._zod.onattach.push((inst) => {
    inst._zod.bag.jsonBounds = JSON_BOUNDS;
  });
  check._zod.check = (payload) => {
    const message = jsonFault(payload.value);
    if (message === null) return;
    const params = { type: "value_error" };
    payload.issues.push({
      code: "custom",
      input: payload.value,
      inst: check,
      message: `Value error, it ${message}`,
      params,
    });
  };
  return schema.check(check);
}

/** JSON of any shape. */
export const anyJson = (): z.ZodUnknown => sized(z.unknown());

/** An object of any shape. */
export const jsonObject = (): z.ZodRecord<z.ZodString, z.ZodUnknown> => sized(record(z.unknown()));

/**
 * JSON that is its caller's own, of which nothing is reckoned with: its numbers are given back as they were written,
 * also those that JavaScript rounds (`lib/domain/exact-numbers.ts`).
 */
export function callersOwn<Schema extends z.ZodType>(schema: Schema): Schema {
  const check = new z.core.$ZodCheck({ check: "custom" });
  check._zod.check = (payload) => {
    payload.value = markNoted(payload.value);
  };
  return schema.check(check);
}
