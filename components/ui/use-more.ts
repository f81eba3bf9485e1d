import { useEffect, useEffectEvent, useState } from "react";
import { notify } from "./notify";
import { useWasLeft } from "./use-was-left";

type Page<Item> = { readonly items: readonly Item[]; readonly has_more: boolean };

/**
 * A list that the server's page began with, latest first, and what reads its next page, from behind `offset` items on.
 * `sorry` is shown where that fails.
 */
export function useMore<Item extends { readonly id: string }>(
  initial: Page<Item>,
  read: (offset: number) => Promise<Page<Item>>,
  sorry: string,
) {
  const [{ items, has_more: hasMore }, setPage] = useState(initial);
  const [isBusy, setIsBusy] = useState(false);

  const wasLeft = useWasLeft(initial);
  const readAnew = useEffectEvent(() => read(0).then(setPage, () => {}));
  useEffect(() => {
    if (wasLeft) void readAnew();
  }, [wasLeft]);

  async function more() {
    if (isBusy) return;
    setIsBusy(true);
    try {
      const next = await read(items.length);
      // One that was made meanwhile has moved the others on by one.
      const known = new Set(items.map(({ id }) => id));
      setPage({ items: [...items, ...next.items.filter(({ id }) => !known.has(id))], has_more: next.has_more });
    } catch {
      void notify({ text: sorry });
    } finally {
      setIsBusy(false);
    }
  }

  return { items, hasMore, isBusy, more };
}
