import { eventReader, type Sent } from "./chat-events.ts";

const STRAY_CHARACTERS = 2000;
/** Fields of events that nobody knows, and that say nothing. */
const OTHER_FIELD = /^(?::|[a-z][\w-]*:\s*\S*$|data$|event$|id$|retry$)/u;

/**
 * Cuts what a server sends into what it says, one `take` for each.
 *
 * It takes server-sent events (WHATWG HTML, 9.2) with lines that end in LF, CR LF or CR, a byte order mark, comments,
 * and data over several lines; events that stand line under line without the blank one; lines of the field `error:`;
 * JSON objects line by line; and one JSON object or list as the whole body. Signs of life are nothing. Lines without a
 * sense are kept: `stray` gives the first of them.
 */
export function lineReader(take: (sent: Sent) => void): {
  readonly push: (text: string) => void;
  readonly end: () => void;
  /** Characters of a line that has not ended. */
  readonly waiting: () => number;
  readonly stray: () => string;
} {
  const events = eventReader(take);
  let isBody = false;
  let stray = "";

  const line = (written: string) => {
    if (isBody) return events.hold(written);
    if (written.startsWith("data:")) return events.data(written.slice(5).trim());
    // Without white space, and without the byte order mark that some write before each line.
    const whole = written.trim();
    if (whole === "") events.close();
    else if (/^data:/iu.test(whole)) events.data(whole.slice(5).trim());
    else if (/^event:/iu.test(whole)) events.begin(whole.slice(6).trim().toLowerCase());
    else if (whole.startsWith("error:")) events.error(whole.slice(6).trim());
    // A line of JSON, or the first of a body that goes over many.
    else if (whole.startsWith("{") || whole.startsWith("[")) isBody = !events.json(whole);
    else if (stray === "" ? !OTHER_FIELD.test(whole) : stray.length < STRAY_CHARACTERS) {
      stray = `${stray}${stray === "" ? "" : "\n"}${whole}`.slice(0, STRAY_CHARACTERS);
    }
  };
  const cutter = lineCutter(line);

  return {
    push: cutter.push,
    waiting: cutter.waiting,
    stray: () => stray,
    end() {
      cutter.end();
      events.close();
    },
  };
}

/** Cuts a text that comes in pieces into its lines, one `take` for each. They end in LF, CR LF or CR. */
function lineCutter(take: (line: string) => void) {
  let rest = "";
  let isFirst = true;
  let endedInReturn = false;
  return {
    push(arrived: string): void {
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
      for (const one of whole.split("\n")) take(one);
    },
    /** Nothing more comes: what is left is a line. */
    end(): void {
      if (rest !== "") take(rest);
      rest = "";
    },
    waiting: (): number => rest.length,
  };
}
