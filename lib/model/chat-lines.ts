import { parseExact } from "../domain/exact-numbers.ts";
import { jsonShape } from "../domain/json-shape.ts";
import { isObject } from "./shapes.ts";

/** What stands in a stream or a body: a JSON object with the name of its event, the mark of the end, or words. */
export type Sent =
  | { readonly kind: "object"; readonly value: Readonly<Record<string, unknown>>; readonly event: string }
  | { readonly kind: "done" }
  | { readonly kind: "words"; readonly words: string; readonly event: string };

/** Longer texts are looked at before they are parsed: the short ones cannot hold much. */
const LONG_JSON = 64 * 1024;
const LONGEST_DONE = 6;
const DONE = /^\[?done\]?$/iu;
const STRAY_CHARACTERS = 500;

/**
 * Cuts what a server sends into what it says, one `take` for each.
 *
 * It takes server-sent events (WHATWG HTML, 9.2) with lines that end in LF, CR LF or CR, a byte order mark, comments, and data
 * over several lines; events that stand line under line without the blank one; lines of the field `error:`; JSON objects line
 * by line; and one JSON object or list as the whole body. A line without a sense is kept: `stray` gives the first.
 */
export function lineReader(take: (sent: Sent) => void): {
  readonly push: (text: string) => void;
  readonly end: () => void;
  /** Characters of a line that has not ended. */
  readonly waiting: () => number;
  readonly stray: () => string;
} {
  let rest = "";
  let isFirst = true;
  let endedInReturn = false;
  let event = "";
  /** Lines of a JSON text that has not ended. */
  let held: string[] = [];
  let isBody = false;
  let stray = "";

  const give = (data: string, name: string): boolean => {
    if (data.length <= LONGEST_DONE && DONE.test(data)) {
      take({ kind: "done" });
      return true;
    }
    const value = parsed(data);
    if (value === undefined) return false;
    for (const one of Array.isArray(value) ? value : [value]) {
      if (isObject(one)) take({ kind: "object", value: one, event: name });
      else take({ kind: "words", words: String(one), event: name });
    }
    return true;
  };

  const release = () => {
    if (held.length === 0) return;
    const data = held.join("\n");
    held = [];
    if (!give(data, event)) take({ kind: "words", words: data, event });
  };

  const data = (given: string) => {
    if (given === "") return;
    // An error may be told in plain words over several lines.
    if (held.length > 0 || !give(given, event)) held.push(given);
  };

  const line = (written: string) => {
    if (isBody) return void held.push(written);
    if (written.startsWith("data:")) return data(written.slice(5).trim());
    const whole = written.trim();
    if (whole === "") {
      release();
      event = "";
    } else if (whole.startsWith("event:")) event = whole.slice(6).trim().toLowerCase();
    else if (whole.startsWith("error:")) {
      event = "error";
      data(whole.slice(6).trim());
    } else if (whole.startsWith("{") || whole.startsWith("[")) {
      // A line of JSON, or the first of a body that goes over many.
      if (give(whole, event)) return;
      held.push(whole);
      isBody = true;
    } else if (!/^(?::|id:|retry:|data$)/u.test(whole) && stray === "") stray = whole.slice(0, STRAY_CHARACTERS);
  };

  return {
    waiting: () => rest.length,
    stray: () => stray,
    push(arrived) {
      let text = arrived;
      if (isFirst && text !== "") {
        isFirst = false;
        if (text.startsWith("\uFEFF")) text = text.slice(1);
      }
      if (endedInReturn && text.startsWith("\n")) text = text.slice(1);
      if (text !== "") endedInReturn = text.endsWith("\r");
      if (text.includes("\r")) text = text.replace(/\r\n?/gu, "\n");
      const end = text.lastIndexOf("\n");
      if (end < 0) {
        rest += text;
        return;
      }
      // A line that comes in many pieces is joined once, at its end.
      const whole = rest + text.slice(0, end);
      rest = text.slice(end + 1);
      for (const one of whole.split("\n")) line(one);
    },
    end() {
      if (rest !== "") line(rest);
      rest = "";
      release();
    },
  };
}

/** The value of a JSON text; undefined for what is none. Throws RangeError for one that holds more than a request may. */
function parsed(json: string): unknown {
  if (json.length > LONG_JSON && jsonShape(json).over !== null) throw new RangeError("too much");
  try {
    return parseExact(json);
  } catch {
    return undefined;
  }
}
