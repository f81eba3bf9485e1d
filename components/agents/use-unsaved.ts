import { useEffect } from "react";
import { isCommand } from "../ui/keys";
import { guardHistory, openPage } from "./guard-history";

/**
 * Asks before the page is left with changes that are not saved: by the browser, also with Back, by a link, or by the
 * key for a new session. A link that says so itself leaves an agent without a question.
 */
export function useUnsaved(isChanged: boolean, what: "agent" | "tool"): void {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const wantsToLeave = () => window.confirm(`Leave without saving the ${what}?`);
    const askFirst = (event: Event) => {
      if (wantsToLeave()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    const askAtLink = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!link || link.getAttribute("target") === "_blank" || link.hasAttribute("download")) return;
      if (what === "tool" || !link.hasAttribute("data-leaves")) askFirst(event);
    };
    const askAtKey = (event: KeyboardEvent) => {
      if (event.code === "KeyO" && event.shiftKey && !event.altKey && isCommand(event)) askFirst(event);
    };
    const leaveHistory = guardHistory(openPage(wantsToLeave));
    window.addEventListener("beforeunload", ask);
    document.addEventListener("click", askAtLink, true);
    document.addEventListener("keydown", askAtKey, true);
    return () => {
      leaveHistory();
      window.removeEventListener("beforeunload", ask);
      document.removeEventListener("click", askAtLink, true);
      document.removeEventListener("keydown", askAtKey, true);
    };
  }, [isChanged, what]);
}
