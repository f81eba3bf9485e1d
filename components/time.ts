const locale = "en";

/** Makes something when it is first needed: one of `Intl` takes a slow device as long as many components. */
export function later<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const number = later(() => new Intl.NumberFormat(locale));
const seconds = later(() => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

export const formatNumber = (value: number) => number().format(value);

/** A finished duration: `4 ms`, `0.4 s`, `14 s`, `1 min 04 s`. */
export function formatDuration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${seconds().format(ms / 1000)} s`;
  return formatSeconds(Math.round(ms / 1000));
}

export function formatSeconds(total: number): string {
  if (total < 60) return `${total} s`;
  return `${Math.floor(total / 60)} min ${String(total % 60).padStart(2, "0")} s`;
}

const date = later(() => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" }));
const dateWithYear = later(
  () => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
);
const ago = later(() => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));

/** A day of the calendar, `YYYY-MM-DD`: `3 Nov`. */
export const formatDate = (day: string) => date().format(Date.parse(day));

/** The day of a moment, by UTC: `3 Nov 2026`. */
export const formatDay = (iso: string) => dateWithYear().format(Date.parse(iso));

/** How long ago something was: `2 minutes ago`, `yesterday`. Its day while nobody knows what time it is. */
export function formatAgo(iso: string, nowMs: number | null): string {
  if (nowMs === null) return formatDay(iso);
  const minutes = Math.max(0, (nowMs - Date.parse(iso)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return ago().format(-Math.floor(minutes), "minute");
  if (minutes < 24 * 60) return ago().format(-Math.floor(minutes / 60), "hour");
  return minutes < 30 * 24 * 60 ? ago().format(-Math.floor(minutes / (24 * 60)), "day") : formatDay(iso);
}

/** How long it took in whole seconds, never zero. */
export const formatThought = (ms: number) => formatSeconds(Math.max(1, Math.round(ms / 1000)));

/** The day in a time zone, by the clock here where none is given: `2026-11-03`. Asked for each session of a list. */
function dayIn(ms: number, timeZone: string | undefined): string {
  if (timeZone !== undefined && timeZone !== "UTC") {
    const parts = { timeZone, year: "numeric", month: "2-digit", day: "2-digit" } as const;
    return new Intl.DateTimeFormat("en-CA", parts).format(ms);
  }
  const ahead = timeZone === undefined ? new Date(ms).getTimezoneOffset() * 60_000 : 0;
  return new Date(ms - ahead).toISOString().slice(0, 10);
}

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

const monthOfYear = later(() => new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }));
const monthAndYear = later(() => new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }));

export type DayGroup = { readonly key: string; readonly title: string };

/** Where a time stands in the list: today, yesterday, this week, or its month. */
export function dayGroup(iso: string, nowMs: number, timeZone?: string): DayGroup {
  const ms = Date.parse(iso);
  const [day, today] = [dayIn(ms, timeZone), dayIn(nowMs, timeZone)];
  const days = daysBetween(day, today);
  if (days <= 0) return { key: "today", title: "Today" };
  if (days === 1) return { key: "yesterday", title: "Yesterday" };
  if (days < 7) return { key: "week", title: "This week" };
  const month = day.slice(0, 7);
  const titles = day.slice(0, 4) === today.slice(0, 4) ? monthOfYear() : monthAndYear();
  return { key: month, title: titles.format(Date.parse(`${month}-01`)) };
}
