export type Scalar = string | number | boolean | null;

export type Shape =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "links"; readonly links: readonly { readonly url: string; readonly title: string }[] }
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: readonly (readonly Scalar[])[] }
  | { readonly kind: "tree"; readonly value: unknown };

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How a result is best read: rows as a table, addresses as links, words as text, anything else as a tree. */
export function shapeOf(value: unknown): Shape {
  if (typeof value === "string") return fromText(value);
  if (typeof value === "number" || typeof value === "boolean") return { kind: "text", text: String(value) };
  if (!Array.isArray(value) || value.length === 0) return { kind: "tree", value };
  const links = value.map(linkOf);
  if (links.every((link) => link !== null)) return { kind: "links", links };
  if (!value.every(isRecord)) return { kind: "tree", value };
  const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
  const flat = value.every((row) => Object.values(row).every(isScalar));
  if (!flat || columns.length === 0 || columns.length > 8) return { kind: "tree", value };
  return { kind: "table", columns, rows: value.map((row) => columns.map((column) => cellOf(row, column))) };
}

/** What a row has under a name of its own. */
function cellOf(row: Readonly<Record<string, unknown>>, column: string): Scalar {
  const value = Object.hasOwn(row, column) ? row[column] : null;
  return isScalar(value) ? value : null;
}

function fromText(text: string): Shape {
  if (/^\s*[[{]/.test(text)) {
    try {
      return shapeOf(JSON.parse(text));
    } catch {
      // It only looked like JSON.
    }
  }
  return { kind: "text", text };
}

function linkOf(value: unknown): { url: string; title: string } | null {
  const url = isRecord(value) ? (value.url ?? value.link ?? value.href) : value;
  if (typeof url !== "string" || !/^https?:\/\//i.test(url)) return null;
  const title = isRecord(value) && typeof value.title === "string" ? value.title : url;
  return { url, title };
}

/** Which columns hold only numbers, and so stand at the end. */
export const numberColumns = (rows: readonly (readonly Scalar[])[]): readonly boolean[] =>
  (rows[0] ?? []).map((_, column) => rows.every((row) => row[column] === null || typeof row[column] === "number"));
