"use client";

import { useLayoutEffect, useRef, useState } from "react";
import { type SessionActions, useSessionActions } from "./session-actions";

export type RowActs = { readonly actions: SessionActions; readonly onChoose: () => void };

/**
 * What the rows of a list do, as the same functions from one drawing to the next: a row is drawn again only for its
 * session.
 */
export function useRowActs(onChoose: () => void): RowActs {
  const actions = useSessionActions();
  const latest = useRef({ actions, onChoose });
  const [acts] = useState(
    (): RowActs => ({
      actions: {
        rename: (id, title) => latest.current.actions.rename(id, title),
        setPinned: (id, pinned) => latest.current.actions.setPinned(id, pinned),
        setArchived: (id, archived) => latest.current.actions.setArchived(id, archived),
        remove: (id) => latest.current.actions.remove(id),
      },
      onChoose: () => latest.current.onChoose(),
    }),
  );
  useLayoutEffect(() => {
    latest.current = { actions, onChoose };
  });
  return acts;
}
