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

/**
 * The end of a statement that lists rows of the table under `alias`: conditions, order, cut, with their values.
 *
 * `before` are the values that the statement has already; they come first.
 */
export function pageSql(
  alias: string,
  page: OffsetPage,
  before: readonly unknown[],
): { readonly sql: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [...before];
  const place = (value: unknown) => `$${values.push(value)}`;
  const conditions = (page.metadata ?? []).map(({ path, key, text, value }) => {
    const found = `coalesce(${alias}.metadata #> ${place(path)}::text[], ${alias}.metadata -> ${place(key)}::text)`;
    return ` and (${found} #>> '{}' = ${place(text)} or ${found} = ${place(JSON.stringify(value))}::jsonb)`;
  });
  const column = `${alias}."${page.sortBy === "createdAt" ? "createdAt" : "updatedAt"}"`;
  const way = page.direction === "asc" ? "asc" : "desc";
  const cut = `order by ${column} ${way}, ${alias}.id ${way} limit ${place(page.limit)} offset ${place(page.offset)}`;
  return { sql: `${conditions.join("")} ${cut}`, values };
}
