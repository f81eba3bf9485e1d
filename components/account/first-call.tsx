"use client";

import { Copy } from "lucide";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { copyText } from "../conversation/copy";
import { Icon } from "../ui/icon";
import type { PublishedApi } from "./published-api";

/** One sample call for each API that has one, with this server's address. */
export function FirstCall({ apis }: { apis: readonly PublishedApi[] }) {
  // The server may not know the address that the browser came by.
  const [origin, setOrigin] = useState("http://localhost:3000");
  useEffect(() => setOrigin(window.location.origin), []);
  const [chosen, setChosen] = useState(0);
  const tabs = useRef<(HTMLButtonElement | null)[]>([]);
  const all = apis.flatMap(({ name, label, sample }) => (sample === null ? [] : { name, label, sample }));
  const { sample } = all[chosen] ?? all[0] ?? { sample: "" };
  const code = sample.replaceAll("{origin}", origin);

  function move(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (chosen + step + all.length) % all.length;
    setChosen(next);
    tabs.current[next]?.focus();
  }

  return (
    <div className="first-call">
      <div className="first-call-head">
        <div role="tablist" aria-label="API" onKeyDown={move}>
          {all.map(({ name, label }, n) => (
            <button
              key={name}
              ref={(button) => {
                tabs.current[n] = button;
              }}
              type="button"
              role="tab"
              id={`call-tab-${n}`}
              aria-selected={n === chosen}
              aria-controls="call-panel"
              tabIndex={n === chosen ? 0 : -1}
              onClick={() => setChosen(n)}
            >
              {label}
            </button>
          ))}
        </div>
        <button type="button" className="text-button" onClick={() => copyText(code)}>
          <Icon of={Copy} size={14} />
          Copy
        </button>
      </div>
      <div
        id="call-panel"
        role="tabpanel"
        aria-labelledby={`call-tab-${chosen}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, which takes focus.
        tabIndex={0}
        className="first-call-code"
        dir="ltr"
      >
        <pre>
          <code>{code}</code>
        </pre>
      </div>
    </div>
  );
}
