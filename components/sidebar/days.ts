import { later, locale } from "../numbers";

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
