import type { SessionPage, SessionSummary } from "@/lib/dialects/llamacloud/answers.ts";

/** A session as the list knows it; the provisional title stands until the server has one. */
export type ListedSession = SessionSummary & { readonly provisional_title?: string };

type Loading = "no" | "yes" | "failed";

/** How far the list of archived sessions is read; they themselves are among the items. */
type ArchivedPages = { readonly loading: Loading; readonly nextPageToken: string | null; readonly isBegun: boolean };

const UNREAD: ArchivedPages = { loading: "no", nextPageToken: null, isBegun: false };

export type SessionList = {
  readonly items: readonly ListedSession[];
  readonly nextPageToken: string | null;
  readonly loading: Loading;
  readonly archived: ArchivedPages;
  /** Deleted on screen; the server hears of it when the time to undo is over. */
  readonly leaving: ReadonlySet<string>;
  /** Deleted, here or elsewhere, since the page was made. */
  readonly gone: ReadonlySet<string>;
};

/** What the server says has changed; `deleted` are ids, and `unlisted` those that are there and in no list. */
type SessionNews = {
  readonly items: readonly ListedSession[];
  readonly unlisted?: readonly string[];
  readonly deleted: readonly string[];
};

export type SessionStore = ReturnType<typeof createSessionStore>;

export function createSessionStore(page: SessionPage) {
  let list: SessionList = {
    items: merge([], page.items),
    nextPageToken: page.next_page_token,
    loading: "no",
    archived: UNREAD,
    leaving: new Set(),
    gone: new Set(),
  };
  const listeners = new Set<() => void>();

  function set(change: Partial<SessionList>): void {
    list = { ...list, ...change };
    for (const listener of listeners) listener();
  }

  return {
    get: () => list,
    find: (id: string | null) => list.items.find((item) => item.session_id === id) ?? null,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set,
    /** Takes in what the server says of sessions, new or known. What is deleted stays so: an answer may be late. */
    take(items: readonly ListedSession[]) {
      const there = items.filter((item) => !list.gone.has(item.session_id));
      if (there.length > 0) set({ items: merge(list.items, there) });
    },
    /** Takes in what other tabs and devices did. */
    takeNews({ items, unlisted = [], deleted }: SessionNews) {
      if (items.length + unlisted.length + deleted.length === 0) return;
      const back = new Set(items.map((item) => item.session_id));
      const gone = new Set([...list.gone, ...deleted].filter((id) => !back.has(id)));
      const left = list.items.filter((item) => !gone.has(item.session_id) && !unlisted.includes(item.session_id));
      const leaving = new Set([...list.leaving].filter((id) => !gone.has(id)));
      set({ items: merge(left, items), gone, leaving });
    },
    /** Begins anew with the first page, where nobody knows what has changed since the last. */
    replace(first: SessionPage) {
      set({ items: merge([], first.items), nextPageToken: first.next_page_token, loading: "no", archived: UNREAD });
    },
    takePage(next: SessionPage) {
      const there = next.items.filter((item) => !list.gone.has(item.session_id));
      set({ items: merge(list.items, there), nextPageToken: next.next_page_token, loading: "no" });
    },
    setArchived(change: Partial<ArchivedPages>) {
      set({ archived: { ...list.archived, ...change } });
    },
    /** Takes in the next page of archived sessions. */
    takeArchived(next: SessionPage) {
      const there = next.items.filter((item) => !list.gone.has(item.session_id));
      const archived: ArchivedPages = { loading: "no", nextPageToken: next.next_page_token, isBegun: true };
      set({ items: merge(list.items, there), archived });
    },
    patch(id: string, change: Partial<ListedSession>) {
      const known = list.items.find((item) => item.session_id === id);
      if (known) set({ items: merge(list.items, [{ ...known, ...change }]) });
    },
    remove(id: string) {
      const gone = new Set([...list.gone, id]);
      set({ items: list.items.filter((item) => item.session_id !== id), leaving: without(list.leaving, id), gone });
    },
    setLeaving(id: string, leaving: boolean) {
      set({ leaving: leaving ? new Set([...list.leaving, id]) : without(list.leaving, id) });
    },
  };
}

const without = (ids: ReadonlySet<string>, id: string) => new Set([...ids].filter((other) => other !== id));

/** Newest change first; a later word on a session replaces the earlier, but keeps what only we know. */
export function merge(known: readonly ListedSession[], news: readonly ListedSession[]): readonly ListedSession[] {
  const byId = new Map(known.map((item) => [item.session_id, item]));
  for (const item of news) byId.set(item.session_id, { ...byId.get(item.session_id), ...item });
  return [...byId.values()].sort((a, b) => compare(rank(b), rank(a)) || compare(b.session_id, a.session_id));
}

/** What runs is the newest of all. */
const rank = (item: ListedSession) => (item.running_run_id ? "~" : item.last_updated_at);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The first words of a message, as a title until there is a better one. */
export function provisionalTitle(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  if (line.length <= 60) return line;
  const cut = line.slice(0, 60);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 30)).trimEnd()}…`;
}

export const titleOf = (session: ListedSession | null): string =>
  session?.generated_title || session?.provisional_title || "New session";
