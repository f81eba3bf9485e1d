"use client";

import { usePathname } from "next/navigation";
import { SessionRow } from "./session-row";
import type { ListedSession } from "./session-store";
import type { RowActs } from "./use-row-acts";

type SessionRowsProps = { readonly sessions: readonly ListedSession[]; readonly acts: RowActs };

/** Sessions of one group, a row each. */
export function SessionRows({ sessions, acts }: SessionRowsProps) {
  const pathname = usePathname();
  return (
    <ul>
      {sessions.map((session) => (
        <SessionRow
          key={session.session_id}
          session={session}
          isCurrent={pathname === `/s/${session.session_id}`}
          {...acts}
        />
      ))}
    </ul>
  );
}
