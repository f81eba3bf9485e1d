// How long a provider asks to be left alone, where it says so in words.

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const PARTS = /(\d{1,9}(?:\.\d{1,9})?)\s*(milliseconds?|ms|minutes?|mins?|m|seconds?|secs?|s|hours?|h|days?|d)\b/giu;

/** Seconds of a duration such as "1m30.5s", "350ms", "2 minutes" or "7"; undefined for what is none. */
export function durationSeconds(text: string): number | undefined {
  if (/^\s*\d{1,9}(?:\.\d{1,9})?\s*$/u.test(text)) return Number(text);
  let seconds: number | undefined;
  for (const [, number = "0", unit = "s"] of text.matchAll(PARTS)) {
    const name = /^m(?:s|illi)/iu.test(unit) ? "ms" : unit.charAt(0).toLowerCase();
    seconds = (seconds ?? 0) + Number(number) * (UNITS[name] ?? 1);
  }
  return seconds;
}

// OpenAI: "Please try again in 1m2.5s"; Gemini: "Please retry in 17.3s" and `retryDelay`; others: "Retry after 20
// seconds".
const WAIT =
  /(?:(?:try again|retry|available|wait|resets?)\s+(?:again\s+)?(?:in|after|for|at least)?\s*(?:about\s+)?)([\d.]+\s*[a-z]+(?:\s*[\d.]+\s*[a-z]+)*)/iu;

/** The wait in seconds that words ask for; undefined: none. */
export function waitIn(words: string): number | undefined {
  // A field of a body, in seconds.
  const field = /\bretry_after: (\d{1,6}(?:\.\d{1,9})?)\b/u.exec(words)?.[1];
  if (field !== undefined) return Number(field);
  const told = WAIT.exec(words)?.[1];
  const delay = /(?:^|\s)(\d{1,6}(?:\.\d{1,9})?s)(?:\s|$)/u.exec(words)?.[1];
  const text = told ?? delay;
  return text === undefined ? undefined : durationSeconds(text);
}
