import { later, locale } from "./numbers";

const seconds = later(() => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

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
