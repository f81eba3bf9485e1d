type Value = unknown;
type TemplateFunction = (...args: Value[]) => Value;

/**
 * The functions that every template has: those the Julep contract, section 4.3, requires and the engine lacks.
 *
 * They mean what they mean in Python. The engine hands objects over as Map and none as undefined. What a function
 * throws names the function and never a value.
 */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  len: (value) => items("len", value).length,
  str: (value = null) => text(value),
  int: (value) => Math.trunc(numberOf("int", value)),
  float: (value) => numberOf("float", value),
  bool: (value) => isTruthy(value),
  list: (value = []) => items("list", value),
  min: (...values) => extreme("min", values, -1),
  max: (...values) => extreme("max", values, 1),
  sum: (values, start = 0) =>
    items("sum", values).reduce<number>((total, value) => total + numberOf("sum", value), numberOf("sum", start)),
  round: (value, digits = 0) => round(numberOf("round", value), Math.trunc(numberOf("round", digits))),
  abs: (value) => Math.abs(numberOf("abs", value)),
  enumerate: (values, start = 0) =>
    items("enumerate", values).map((value, n) => [n + numberOf("enumerate", start), value]),
  zip: (...lists) => {
    const columns = lists.map((list) => items("zip", list));
    const length = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length));
    return Array.from({ length }, (_, n) => columns.map((column) => column[n]));
  },
  load_json: (value) => {
    try {
      return JSON.parse(text(value)) as Value;
    } catch {
      throw new Error("load_json() got what is not JSON");
    }
  },
  dump_json: (value = null) => json(value),
};

/** What a loop over a value goes through: characters, keys, items. */
function items(name: string, value: Value): Value[] {
  if (typeof value === "string") return [...value];
  if (Array.isArray(value)) return [...value];
  if (value instanceof Map) return [...value.keys()];
  throw new Error(`${name}() takes a text, a list or an object`);
}

function numberOf(name: string, value: Value): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  const isNumeric = typeof value === "number" || typeof value === "bigint";
  const isText = typeof value === "string" && value.trim() !== "";
  const number = isNumeric || isText ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new Error(`${name}() got what is not a number`);
  return number;
}

function isTruthy(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : Boolean(value);
}

const text = (value: Value): string => (typeof value === "string" ? value : json(value));

const json = (value: Value): string =>
  JSON.stringify(value ?? null, (_, inner: unknown) => {
    if (inner instanceof Map) return Object.fromEntries(inner);
    return typeof inner === "bigint" ? Number(inner) : (inner ?? null);
  });

/** The least (`way` -1) or greatest (1) of one list or of the arguments. */
function extreme(name: string, values: readonly Value[], way: 1 | -1): Value {
  const [only] = values;
  const all = values.length === 1 ? items(name, only) : values;
  if (all.length === 0) throw new Error(`${name}() got nothing to choose from`);
  const areTexts = all.every((value) => typeof value === "string");
  const key = (value: Value) => (areTexts ? text(value) : numberOf(name, value));
  return all.reduce((best, value) => ((way > 0 ? key(value) > key(best) : key(value) < key(best)) ? value : best));
}

/** Half goes to the even neighbour, as in Python. */
function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  const scaled = value * scale;
  const floor = Math.floor(scaled);
  const isHalf = scaled - floor === 0.5;
  return (isHalf ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(scaled)) / scale;
}
