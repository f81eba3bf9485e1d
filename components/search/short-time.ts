import { later } from "../numbers";

const WEEK_MS = 6 * 86_400_000;
const hour = later(() => new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
const weekday = later(() => new Intl.DateTimeFormat("en", { weekday: "short" }));
const day = later(() => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }));
const year = later(() => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }));

/** A moment in few characters, by the reader's clock: `14:02` today, `Mon` this week, `9 Nov` this year. */
export function shortTime(iso: string, nowMs: number): string {
  const [then, now] = [new Date(iso), new Date(nowMs)];
  if (then.toDateString() === now.toDateString()) return hour().format(then);
  if (nowMs - +then < WEEK_MS) return weekday().format(then);
  return (then.getFullYear() === now.getFullYear() ? day : year)().format(then);
}
