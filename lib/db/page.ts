import { isMarked, parseExact } from "../domain/exact-numbers.ts";
import { storableJson } from "../domain/text.ts";

/** One condition on metadata: the value at `path`, or under the name `key`, is `value` or reads as `text`. */
export type MetadataCondition = {
  readonly path: readonly string[];
  /** The path as one name, for keys that hold a dot. */
  readonly key: string;
  readonly text: string;
  readonly value: unknown;
};

/** How a list is cut, sorted and filtered by offset. Ties in the sort key fall to the id. All conditions must hold. */
export type OffsetPage = {
  readonly limit: number;
  readonly offset: number;
  readonly sortBy: "createdAt" | "updatedAt";
  readonly direction: "asc" | "desc";
  readonly metadata?: readonly MetadataCondition[];
};

/** Order and cut of a page, as Prisma takes them. */
export const pageOf = ({ sortBy, direction, offset, limit }: OffsetPage) => ({
  orderBy: [sortBy === "createdAt" ? { createdAt: direction } : { updatedAt: direction }, { id: direction }],
  skip: offset,
  take: limit,
});

/** The conditions of a page on metadata, as Prisma takes them. */
export const metadataWhere = ({ metadata = [] }: OffsetPage) => ({
  AND: metadata.map(({ path, key, text, value }) => ({
    OR: [[...path], [key]].flatMap((place) =>
      spellings(text, value).map((equals) => ({ metadata: { path: place, equals } })),
    ),
  })),
});

/** The JSON values that a condition means: its text, and the number, boolean or object that reads so. */
function spellings(text: string, value: unknown): (string | number | boolean | object)[] {
  const others: unknown[] = [value, parsed(text)];
  const kinds = others.filter(
    (one) => isFiniteNumber(one) || typeof one === "boolean" || isObject(one) || isMarked(one),
  );
  return [text, ...kinds];
}

const isFiniteNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What a text reads as; null where it is no JSON, or none that a row can hold. */
function parsed(text: string): unknown {
  try {
    const value = parseExact(text);
    JSON.stringify(value, onlyFinite);
    return storableJson(value);
  } catch {
    return null;
  }
}

/** Throws for a number that JSON has no word for. */
function onlyFinite(_: string, value: unknown): unknown {
  if (typeof value === "number" && !isFiniteNumber(value)) throw new RangeError("No number of JSON");
  return value;
}
