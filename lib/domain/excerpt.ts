/**
 * A value as JSON text of at most `limit` characters; a longer one is cut and ends in "…".
 *
 * It stops where the text is full, so that a look at a large value costs no more than one at a small one.
 */
export function excerpt(value: unknown, limit: number): string {
  const written: string[] = [];
  let left = limit;

  /** Gives whether there is room for more. */
  function put(text: string): boolean {
    written.push(text.slice(0, Math.max(0, left)));
    left -= text.length;
    return left >= 0;
  }

  function write(one: unknown): boolean {
    if (typeof one === "string") return put(JSON.stringify(one.slice(0, left + 1)));
    if (typeof one !== "object" || one === null) return put(JSON.stringify(one) ?? "null");
    return Array.isArray(one) ? writeList(one) : writeObject(one);
  }

  function writeList(items: readonly unknown[]): boolean {
    if (!put("[")) return false;
    for (const [n, item] of items.entries()) if (!((n === 0 || put(",")) && write(item))) return false;
    return put("]");
  }

  function writeObject(object: object): boolean {
    if (!put("{")) return false;
    let isFirst = true;
    for (const key in object) {
      const value = (object as Readonly<Record<string, unknown>>)[key]; // the loop gives its keys
      if (!((isFirst || put(",")) && write(key) && put(":") && write(value))) return false;
      isFirst = false;
    }
    return put("}");
  }

  const isWhole = write(value);
  const text = written.join("");
  return isWhole ? text : `${text.toWellFormed()}…`;
}

/** The value where its JSON has at most `limit` characters, else the beginning of that JSON. */
export function shortened(value: unknown, limit: number): unknown {
  const text = excerpt(value, limit);
  return text.length > limit ? text : value;
}
