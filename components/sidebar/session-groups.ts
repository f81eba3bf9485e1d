import { dayGroup } from "./days";
import type { ListedSession } from "./session-store";

export type SessionGroup = { readonly key: string; readonly title: string; readonly items: readonly ListedSession[] };

/** Pinned first, then by day, week and month of the last change. */
export function groupSessions(
  items: readonly ListedSession[],
  nowMs: number,
  timeZone?: string,
): readonly SessionGroup[] {
  const groups = new Map<string, { title: string; items: ListedSession[] }>();
  const add = (key: string, title: string, item: ListedSession) => {
    const group = groups.get(key) ?? { title, items: [] };
    group.items.push(item);
    groups.set(key, group);
  };
  const shown = items.filter((item) => !item.archived);
  for (const item of shown) if (item.pinned) add("pinned", "Pinned", item);
  for (const item of shown) {
    if (item.pinned) continue;
    const changedAt = item.running_run_id ? new Date(nowMs).toISOString() : item.last_updated_at;
    const { key, title } = dayGroup(changedAt, nowMs, timeZone);
    add(key, title, item);
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}
