import type { SessionWindow } from "@/lib/dialects/web/index.ts";

/** What another tab or device did, as the list of sessions has heard it. */
export type News = {
  readonly running: string | null;
  readonly updatedAt: string;
  /** The branch whose line is shown; null: nobody has said. */
  readonly branchId: string | null;
};

/** How a session stands as it is shown, beside what was heard of it last. */
export function sessionNews(begun: Pick<News, "updatedAt" | "branchId">) {
  let known = begun.updatedAt;
  let shownBranch = begun.branchId;
  let heard: News = { running: null, updatedAt: "", branchId: null };
  return {
    heard: () => heard,
    hear(news: News) {
      heard = news;
    },
    /** The session is known as it stands at this time. */
    knows(updatedAt: string) {
      known = later(known, updatedAt);
    },
    /** Takes in a window that was read when `before` was the last news. What was heard since may be newer. */
    take({ session, running }: SessionWindow, before: News) {
      known = later(known, later(session.last_updated_at, before.updatedAt));
      shownBranch = session.active_branch_id ?? shownBranch;
      if (heard === before) {
        heard = { running: running?.run_id ?? null, updatedAt: session.last_updated_at, branchId: shownBranch };
      }
    },
    /** Whether something was heard that is not shown. `ownRun`: the last run that was followed here. */
    isAhead(ownRun: string | null): boolean {
      const isNewRun = heard.running !== null && heard.running !== "here" && heard.running !== ownRun;
      // Its own turns fork lines too, and only what is stored knows how its versions stand then.
      shownBranch ??= heard.branchId;
      const isOtherLine = heard.branchId !== null && heard.branchId !== shownBranch;
      return isNewRun || isOtherLine || heard.updatedAt > known;
    },
  };
}

export type SessionNews = ReturnType<typeof sessionNews>;

const later = (a: string, b: string) => (a > b ? a : b);
