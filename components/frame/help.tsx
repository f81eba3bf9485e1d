"use client";

import { Suspense, useEffect, useState } from "react";
import { isField, isPlain } from "../ui/keys";
import { later } from "../ui/later";
import { isLetterOff } from "../ui/letters";
import { useAsked } from "./asked";

const HelpSheet = later(() => import("./help-sheet"));

/** Shows all keys when ? is pressed outside of a field; the code comes with the first press. */
export function Help() {
  const [isOpen, setOpen] = useState(false);
  useAsked("help", () => setOpen(true));
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key !== "?" || event.defaultPrevented || !isPlain(event) || isField(event.target) || isLetterOff(event))
        return;
      event.preventDefault();
      setOpen(true);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  if (!isOpen) return null;
  return (
    <Suspense>
      <HelpSheet onClose={() => setOpen(false)} />
    </Suspense>
  );
}
