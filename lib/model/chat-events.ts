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

/** Reads events field by field, and gives what each says. */
export type EventReader = {
  /** An event with this name begins. */
  readonly begin: (name: string) => void;
  /** A line of data. What is no JSON by itself waits for the lines behind it. */
  readonly data: (line: string) => void;
  /** A line of data that its server calls an error. */
  readonly error: (line: string) => void;
  /** A JSON text without a field before it. False: it has not ended, and `hold` is given its other lines. */
  readonly json: (line: string) => boolean;
  readonly hold: (line: string) => void;
  /** The end of an event. One that is called a failure and holds nothing is a failure too. */
  readonly close: () => void;
};

/** Begins outside of an event. One `take` for each thing that is said; signs of life are nothing. */
export function eventReader(take: (sent: Sent) => void): EventReader {
  let event = "";
  /** Whether something has come of the event. */
  let isGiven = false;
  /** Lines of a JSON text that has not ended. */
  let held: string[] = [];

  const give = (data: string): boolean => {
    isGiven = true;
    if (data.length <= LONGEST_MARK && data.charAt(0) !== "{") {
      if (DONE.test(data)) {
        take({ kind: "done" });
        return true;
      }
      if (ALIVE.test(data)) return true;
    }
    const value = parsed(data);
    if (value === undefined) return ALIVE_EVENT.test(event);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (isObject(one)) take({ kind: "object", value: one, event });
      else if (!ALIVE_EVENT.test(event)) take({ kind: "words", words: String(one), event });
    }
    return true;
  };

  const release = () => {
    if (held.length === 0) return;
    const data = held.join("\n");
    held = [];
    if (!give(data)) take({ kind: "words", words: data, event });
  };

  const data = (line: string) => {
    let given = line;
    // Some servers wrap lines that are ready.
    while (given.startsWith("data:")) given = given.slice(5).trim();
    if (given === "") return;
    // An error may be told in plain words over several lines.
    if (held.length > 0 || !give(given)) held.push(given);
  };

  return {
    data,
    begin(name) {
      event = name;
      isGiven = false;
    },
    error(line) {
      event = "error";
      data(line);
    },
    json(line) {
      const isWhole = give(line);
      if (!isWhole) held.push(line);
      return isWhole;
    },
    hold: (line) => void held.push(line),
    close() {
      release();
      if (event !== "" && !isGiven && FAILED_EVENT.test(event)) take({ kind: "object", value: {}, event });
      event = "";
    },
  };
}

/**
 * The value of a JSON text; undefined for what is none. Throws RangeError for one that holds more than a request may.
 */
function parsed(json: string): unknown {
  if (json.length > LONG_JSON && jsonShape(json).over !== null) throw new RangeError("too much");
  try {
    return parseExact(json);
  } catch {
    return undefined;
  }
}
