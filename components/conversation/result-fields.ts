/** How a value of a result is asked for. */
type FieldKind = "text" | "number" | "whole" | "check" | "choice" | "json";

/** One value of a function's result, as a form asks for it. */
export type ResultField = {
  /** Under which the value stands in the result; null: it is the result itself. */
  readonly name: string | null;
  readonly label: string;
  /** What else the schema says of it; empty: nothing. */
  readonly note: string;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  /** What may be chosen, in the order of the schema; empty for other kinds. */
  readonly choices: readonly Choice[];
  /** What the field begins with, as it is written. */
  readonly first: string;
  readonly least: number | null;
  readonly most: number | null;
  /** What JSON text has to be; null: anything. */
  readonly shape: "object" | "array" | null;
};

type Choice = string | number | boolean | null;
type Schema = Readonly<Record<string, unknown>>;

/** More would be no form that somebody fills in. */
const MOST_FIELDS = 40;
const MOST_CHOICES = 200;

/**
 * The fields that ask for what a JSON schema of a result describes: those of an object, in their order, or one for any
 * other value. Null: the schema says too little, or asks for too much.
 */
export function resultFields(schema: unknown): readonly ResultField[] | null {
  if (!isSchema(schema)) return null;
  const { properties } = schema;
  if (typeOf(schema) !== "object" && !isSchema(properties)) {
    const field = fieldOf(null, schema, true);
    return field.kind === "json" ? null : [field];
  }
  const entries = isSchema(properties) ? Object.entries(properties) : [];
  if (entries.length === 0 || entries.length > MOST_FIELDS) return null;
  const required: unknown = schema.required;
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return entries.map(([name, value]) => fieldOf(name, isSchema(value) ? value : {}, isRequired(name)));
}

/** What is written in the fields, in their order, as a result, or what is wrong with them by their order. */
export function readFields(
  fields: readonly ResultField[],
  texts: readonly string[],
): { readonly value: unknown } | { readonly faults: ReadonlyMap<number, string> } {
  const read = fields.map((field, n) => readField(field, texts[n] ?? ""));
  const faults = new Map(read.flatMap((one, n) => ("fault" in one ? [[n, one.fault] as const] : [])));
  if (faults.size > 0) return { faults };
  // Entries and not assignment: a name may be any, such as __proto__.
  const values = read.flatMap((one, n) => ("value" in one ? [[fields[n]?.name ?? null, one.value] as const] : []));
  const [first] = values;
  if (fields[0]?.name === null) return { value: first?.[1] };
  return { value: Object.fromEntries(values) };
}

type Read = { readonly value: unknown } | { readonly fault: string } | { readonly isLeftOut: true };

function readField(field: ResultField, text: string): Read {
  const { kind, isRequired, choices } = field;
  if (kind === "check") return { value: text !== "" };
  if (text.trim() === "") return isRequired ? { fault: "This is needed" } : { isLeftOut: true };
  switch (kind) {
    case "text":
      return { value: text };
    case "choice":
      return { value: choices[Number(text)] };
    case "number":
    case "whole":
      return readNumber(field, text);
    case "json":
      return readShape(field, text);
    default:
      return kind satisfies never;
  }
}

function readNumber({ kind, least, most }: ResultField, text: string): Read {
  const value = Number(text);
  if (!Number.isFinite(value)) return { fault: "Enter a number, such as 42 or 0.5" };
  if (kind === "whole" && !Number.isSafeInteger(value)) return { fault: "Enter a whole number, such as 42" };
  if (least !== null && value < least) return { fault: `Enter ${least} or more` };
  if (most !== null && value > most) return { fault: `Enter ${most} or less` };
  return { value };
}

const SHAPES = { object: 'an object, such as {"city": "Bonn"}', array: 'a list, such as ["Bonn", "Köln"]' } as const;

function readShape({ shape }: ResultField, text: string): Read {
  const wanted = shape === null ? 'such as {"city": "Bonn"}, ["Bonn"], "a text" or 42' : SHAPES[shape];
  try {
    const value: unknown = JSON.parse(text);
    const isRight = shape === null || (shape === "array" ? Array.isArray(value) : isSchema(value));
    return isRight ? { value } : { fault: `This has to be ${wanted}` };
  } catch {
    return { fault: `This is no JSON. It has to be ${wanted}` };
  }
}

function fieldOf(name: string | null, schema: Schema, isRequired: boolean): ResultField {
  const choices = choicesOf(schema);
  const kind = choices.length > 0 ? "choice" : (KINDS[typeOf(schema) ?? ""] ?? "json");
  const type = typeOf(schema);
  return {
    name,
    label: words(schema.title) || (name ?? "Answer"),
    note: words(schema.description),
    kind,
    isRequired,
    choices,
    first: firstOf(schema.default, kind, choices),
    least: numberOf(schema.minimum),
    most: numberOf(schema.maximum),
    shape: kind === "json" && (type === "object" || type === "array") ? type : null,
  };
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: "text",
  number: "number",
  integer: "whole",
  boolean: "check",
};

/** The one type of a schema, beside which null may be allowed. */
function typeOf({ type }: Schema): string | null {
  const types: readonly unknown[] = Array.isArray(type) ? type.filter((one) => one !== "null") : [type];
  const [only] = types;
  return types.length === 1 && typeof only === "string" ? only : null;
}

function choicesOf(schema: Schema): readonly Choice[] {
  const given: unknown = schema.enum ?? ("const" in schema ? [schema.const] : []);
  if (!Array.isArray(given) || given.length > MOST_CHOICES) return [];
  return given.every(isChoice) ? given : [];
}

function isChoice(value: unknown): value is Choice {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function firstOf(value: unknown, kind: FieldKind, choices: readonly Choice[]): string {
  if (value === undefined) return "";
  if (kind === "check") return value === true ? "on" : "";
  if (kind === "choice") return isChoice(value) && choices.includes(value) ? `${choices.indexOf(value)}` : "";
  return kind === "json" || typeof value !== "string" ? JSON.stringify(value) : value;
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
const words = (value: unknown): string => (typeof value === "string" ? value.slice(0, 300) : "");
const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
