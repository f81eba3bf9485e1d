"use client";

import { Workflow } from "lucide";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Icon } from "../../../ui/icon";
import { CopyCode } from "../copy-code";
import { type Drawn, drawDiagram, drawnDiagram } from "./frame";

const DARK = "(prefers-color-scheme: dark)";

function onTheme(act: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener("change", act);
  const root = new MutationObserver(act);
  root.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    query.removeEventListener("change", act);
    root.disconnect();
  };
}

function isDarkNow(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? matchMedia(DARK).matches : theme === "dark";
}

/** Small enough to be seen whole, but no smaller than can be read: then it scrolls. */
function shrink(image: HTMLImageElement | null, width: number): void {
  image?.style.setProperty("max-inline-size", `max(100%, ${Math.round(width * 0.65)}px)`);
}

const stateOf = (drawn: Drawn | undefined, isOpen: boolean) =>
  isOpen || !drawn ? "waiting" : "url" in drawn ? "drawn" : "source";

/** Shows the source of a diagram, and the diagram once it was near the window and is drawn. */
export function Diagram({ code, isOpen }: { readonly code: string; readonly isOpen: boolean }) {
  const isDark = useSyncExternalStore(onTheme, isDarkNow, () => false);
  const block = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | undefined>(() =>
    typeof window === "undefined" ? undefined : drawnDiagram(code, isDarkNow()),
  );
  const [asSource, setAsSource] = useState(false);
  useEffect(() => {
    const element = block.current;
    if (isOpen || !element) return;
    let isGone = false;
    const near = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        near.disconnect();
        drawDiagram(code, isDark).then((picture) => {
          if (!isGone) setDrawn(picture);
        });
      },
      { rootMargin: "600px" },
    );
    near.observe(element);
    return () => {
      isGone = true;
      near.disconnect();
    };
  }, [code, isDark, isOpen]);
  const picture = drawn && "url" in drawn && !isOpen ? drawn : null;
  const isPicture = picture !== null && !asSource;
  const kind = /^\s*(?:%%[^\n]*\n\s*)*([A-Za-z-]+)/u.exec(code)?.[1] ?? "diagram";
  return (
    <div
      ref={block}
      className="code diagram"
      dir="ltr"
      data-state={stateOf(drawn, isOpen)}
      data-source={isOpen ? undefined : `\`\`\`mermaid\n${code}\n\`\`\``}
    >
      <div className="code-head">
        <span className="code-language">{isPicture ? "Diagram" : "Mermaid"}</span>
        {picture && (
          <button type="button" className="code-action" aria-pressed={asSource} onClick={() => setAsSource(!asSource)}>
            <Icon of={Workflow} size={16} />
            Show source
          </button>
        )}
        <CopyCode code={code} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div className="diagram-view" tabIndex={0} hidden={!isPicture}>
        {picture && (
          // biome-ignore lint/performance/noImgElement: it is made in the page.
          <img
            ref={(image) => shrink(image, picture.width)}
            src={picture.url}
            width={picture.width}
            height={picture.height}
            alt={`Diagram: ${kind}`}
            onError={() => setDrawn({ why: "The picture could not be shown." })}
          />
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <pre tabIndex={0} hidden={isPicture}>
        <code>{code}</code>
      </pre>
      {drawn && "why" in drawn && !isOpen && <p className="diagram-why">Shown as it was written: {drawn.why}</p>}
    </div>
  );
}
