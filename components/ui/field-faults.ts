import type { Problem } from "../api";

/**
 * What a refusal says of fields of a form; null where it names none of them. A conflict names none: it is told at the
 * field `taken`.
 */
export function fieldFaults<Field extends string>(
  { status, fields, message }: Problem,
  names: readonly Field[],
  taken: NoInfer<Field>,
): Partial<Record<Field, string>> | null {
  const faults: Partial<Record<Field, string>> = {};
  for (const name of names) if (fields[name] !== undefined) faults[name] = fields[name];
  if (Object.keys(faults).length === 0 && status === 409) faults[taken] = message;
  return Object.keys(faults).length > 0 ? faults : null;
}
