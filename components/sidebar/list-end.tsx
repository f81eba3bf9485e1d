"use client";

import { useEffect, useRef } from "react";

type ListEndProps = {
  readonly loading: "no" | "yes" | "failed";
  /** Names the page that comes next, so that each is asked for once; null: there is none. */
  readonly next: string | null;
  readonly onMore: () => void;
};

/** The end of a list that is read page by page: what comes next is asked for when it comes near. */
export function ListEnd({ loading, next, onMore }: ListEndProps) {
  if (loading === "failed") {
    return (
      <p className="sidebar-note pt-4" role="alert">
        Sessions did not load.{" "}
        <button type="button" className="small-action" onClick={onMore}>
          Try again
        </button>
      </p>
    );
  }
  return next !== null && <MoreRows key={next} onSeen={onMore} />;
}

function MoreRows({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(), { rootMargin: "400px" });
    if (mark.current) seen.observe(mark.current);
    return () => seen.disconnect();
  }, [onSeen]);
  return (
    <div ref={mark} className="hairlines" aria-hidden="true">
      {["a", "b", "c", "d"].map((key) => (
        <div key={key} className="session-skeleton" />
      ))}
    </div>
  );
}
