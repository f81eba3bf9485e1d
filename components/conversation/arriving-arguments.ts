/** The arguments of a call as far as their JSON has arrived; an empty object where nothing can be read of them yet. */
export function arrivingArguments(text: string): Readonly<Record<string, unknown>> {
  const whole = parsed(text);
  if (whole) return whole;
  const { ends, closers } = scan(text);
  // What comes after the last place where a value may end is not a value yet.
  for (const end of ends) {
    const found = parsed(text.slice(0, end.at) + end.quote + closers(end.depth));
    if (found) return found;
  }
  return {};
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

type End = { readonly at: number; readonly quote: string; readonly depth: number };

/** The last places at which the text may be cut and closed, the latest first. */
function scan(text: string) {
  const open: string[] = [];
  let commas: End[] = [];
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (isText) {
      if (letter === "\\") at++;
      else if (letter === '"') isText = false;
    } else if (letter === '"') isText = true;
    else if (letter === "{" || letter === "[") {
      open.push(letter === "{" ? "}" : "]");
      commas = [...commas.slice(-4), { at: at + 1, quote: "", depth: open.length }];
    } else if (letter === "}" || letter === "]") open.pop();
    else if (letter === ",") commas = [...commas.slice(-4), { at, quote: "", depth: open.length }];
  }
  // A backslash at the end, or a started \u, would take the quote with it.
  const trimmed = isText ? text.length - (/\\(?:u[\da-f]{0,3})?$/iu.exec(text)?.[0].length ?? 0) : text.length;
  const last: End = { at: trimmed, quote: isText ? '"' : "", depth: open.length };
  const closers = (depth: number) => open.slice(0, depth).toReversed().join("");
  return { ends: [last, ...commas.toReversed()], closers };
}
