/** One of what may be chosen. */
export type Choosable = {
  /** "" for what answers by itself. */
  readonly id: string;
  readonly name: string;
  /** What is known of it, in a line; "" where nothing is. */
  readonly note: string;
  /** What a search finds it by besides its name; absent: by its note. */
  readonly find?: string;
};

export type ChoiceGroup = { readonly title: string; readonly items: readonly Choosable[] };

/** What a search leaves: the first of what fits, in their groups, and how many more fit. */
export type Rows = { readonly groups: readonly ChoiceGroup[]; readonly count: number; readonly left: number };

/** A list of hundreds is searched and not read: more rows than these cost time and help nobody. */
const MOST_ROWS = 100;

/** The rows whose name, id, note (or `find`) or group hold every word of `query`; without words all. */
export function rowsFor(groups: readonly ChoiceGroup[], query: string, most: number = MOST_ROWS): Rows {
  const words = query.toLowerCase().split(/\s+/u).filter(Boolean);
  const fits = (title: string, { id, name, note, find = note }: Choosable) => {
    const text = `${name} ${id} ${find} ${title}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  let count = 0;
  let shown = 0;
  const found: ChoiceGroup[] = [];
  for (const { title, items } of groups) {
    const fitting = items.filter((item) => fits(title, item));
    count += fitting.length;
    const some = fitting.slice(0, most - shown);
    shown += some.length;
    if (some.length > 0) found.push({ title, items: some });
  }
  return { groups: found, count, left: count - shown };
}

/** Which row a key leads to, of `count` rows; null: the key is none of the list's. */
export function rowAfter(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at + count - 1) % count;
    case "PageDown":
      return Math.min(at + PAGE, count - 1);
    case "PageUp":
      return Math.max(at - PAGE, 0);
    default:
      return null;
  }
}

const PAGE = 8;
