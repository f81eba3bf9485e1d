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
const LONGEST_MARK = 24;
/** The end, with or without quotes, brackets and points. */
const DONE =
  /^\W*(?:done|end|stop|eof|eos|<\/s|(?:stream )?(?:end(?:ed)?|finish(?:ed)?|complete(?:d)?)|end of stream)\W*$/iu;
/** What says that somebody is there. */
const ALIVE = /^(?:""|''|\W*(?:ping|pong|heart-?beat|keep[-_ ]?alive|connected|null|true|false)\W*|-?\d[\d.]*)$/iu;
const ALIVE_EVENT = /ping|heart-?beat|keep/u;
/** What a failure may be called as an event. */
const FAILED_EVENT = /error|exception|fail/u;
const STRAY_CHARACTERS = 2000;
/** Fields of events that nobody knows, and that say nothing. */
const OTHER_FIELD = /^(?::|[a-z][\w-]*:\s*\S*$|data$|event$|id$|retry$)/u;

/**
 * Cuts what a server sends into what it says, one `take` for each.
 *
 * It takes server-sent events (WHATWG HTML, 9.2) with lines that end in LF, CR LF or CR, a byte order mark, comments, and data
 * over several lines; events that stand line under line without the blank one; lines of the field `error:`; JSON objects line
 * by line; and one JSON object or list as the whole body. Signs of life are nothing. Lines without a sense are kept: `stray` gives
 * the first of them.
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
  /** Whether something has come of the event. */
  let isGiven = false;
  /** Lines of a JSON text that has not ended. */
  let held: string[] = [];
  let isBody = false;
  let stray = "";

  const give = (data: string, name: string): boolean => {
    isGiven = true;
    if (data.length <= LONGEST_MARK && data.charAt(0) !== "{") {
      if (DONE.test(data)) {
        take({ kind: "done" });
        return true;
      }
      if (ALIVE.test(data)) return true;
    }
    const value = parsed(data);
    if (value === undefined) return ALIVE_EVENT.test(name);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (isObject(one)) take({ kind: "object", value: one, event: name });
      else if (!ALIVE_EVENT.test(name)) take({ kind: "words", words: String(one), event: name });
    }
    return true;
  };

  /** The end of an event. One that is called a failure and holds nothing is a failure too. */
  const close = () => {
    release();
    if (event !== "" && !isGiven && FAILED_EVENT.test(event)) take({ kind: "object", value: {}, event });
    event = "";
  };

  const release = () => {
    if (held.length === 0) return;
    const data = held.join("\n");
    held = [];
    if (!give(data, event)) take({ kind: "words", words: data, event });
  };

  const data = (written: string) => {
    let given = written;
    // Some servers wrap lines that are ready.
    while (given.startsWith("data:")) given = given.slice(5).trim();
    if (given === "") return;
    // An error may be told in plain words over several lines.
    if (held.length > 0 || !give(given, event)) held.push(given);
  };

  const line = (written: string) => {
    if (isBody) return void held.push(written);
    if (written.startsWith("data:")) return data(written.slice(5).trim());
    // Without white space, and without the byte order mark that some write before each line.
    const whole = written.trim();
    if (whole === "") close();
    else if (/^data:/iu.test(whole)) data(whole.slice(5).trim());
    else if (/^event:/iu.test(whole)) {
      event = whole.slice(6).trim().toLowerCase();
      isGiven = false;
    } else if (whole.startsWith("error:")) {
      event = "error";
      data(whole.slice(6).trim());
    } else if (whole.startsWith("{") || whole.startsWith("[")) {
      // A line of JSON, or the first of a body that goes over many.
      if (give(whole, event)) return;
      held.push(whole);
      isBody = true;
    } else if (stray === "" ? !OTHER_FIELD.test(whole) : stray.length < STRAY_CHARACTERS) {
      stray = `${stray}${stray === "" ? "" : "\n"}${whole}`.slice(0, STRAY_CHARACTERS);
    }
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
      close();
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
