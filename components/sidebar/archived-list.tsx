"use client";

import { ArrowLeft } from "lucide";
import { useCallback, useEffect, useRef } from "react";
import { listSessions } from "../api";
import { useSessionList, useShell } from "../frame/shell";
import { Icon } from "../ui/icon";
import { ListEnd } from "./list-end";
import { SessionRows } from "./session-rows";
import { useRowActs } from "./use-row-acts";

type ArchivedListProps = { readonly onChoose: () => void; readonly onBack: () => void };

/** The sessions that were archived, latest change first, in place of the list that they have left. */
export default function ArchivedList({ onChoose, onBack }: ArchivedListProps) {
  const { store } = useShell();
  const { items, leaving, archived } = useSessionList();
  const { loading, nextPageToken, isBegun } = archived;
  const acts = useRowActs(onChoose);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus({ preventScroll: true }), []);

  const more = useCallback(async () => {
    const now = store.get().archived;
    if (now.loading === "yes") return;
    store.setArchived({ loading: "yes" });
    try {
      store.takeArchived(await listSessions(now.nextPageToken, true));
    } catch {
      store.setArchived({ loading: "failed" });
    }
  }, [store]);

  const shown = items.filter((item) => item.archived && !leaving.has(item.session_id));
  return (
    <section className="session-group" aria-labelledby="archived-title">
      <button ref={back} type="button" className="sidebar-back" onClick={onBack}>
        <Icon of={ArrowLeft} size={16} className="rtl:-scale-x-100" />
        All sessions
      </button>
      <h2 id="archived-title" className="session-group-title">
        Archived
      </h2>
      <SessionRows sessions={shown} acts={acts} />
      {shown.length === 0 && isBegun && nextPageToken === null && (
        <p className="sidebar-note">
          Nothing is archived. A session that you archive leaves the list and is found here, with all that was said.
        </p>
      )}
      <ListEnd loading={loading} next={isBegun ? nextPageToken : "first"} onMore={more} />
    </section>
  );
}
