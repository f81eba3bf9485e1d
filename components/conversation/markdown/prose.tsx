"use client";

import { memo, Suspense, use, useEffect, useRef } from "react";
import { CitableContext } from "../../knowledge/cited";
import { Guard } from "../../ui/guard";
import { LaterMarkdown, loadedMarkdown, wantMarkdown } from "./renderer";
import { useServed } from "./use-served";

const isServer = typeof window === "undefined";
/** What the server draws with; a browser never has its code. */
const serverDrawing = isServer ? import("./drawn-text") : null;

type ProseProps = { readonly text: string; readonly isStreaming: boolean };

export const Prose = memo(function Prose({ text, isStreaming }: ProseProps) {
  const shown = isStreaming ? wholeWords(text) : text;
  return isServer ? (
    <Serving text={shown} isStreaming={isStreaming} />
  ) : (
    <Living text={shown} isStreaming={isStreaming} />
  );
});

const attributesOf = (isStreaming: boolean) =>
  ({ className: "prose", "data-prose": true, "data-streaming": isStreaming || undefined }) as const;

/** An answer in the server's page: HTML, and no part that React hands over by itself, which would come after its plain words. */
function Serving({ text, isStreaming }: ProseProps) {
  const citable = use(CitableContext);
  const drawn = serverDrawing && use(use(serverDrawing).drawnText({ text, isStreaming, citable }));
  const attributes = attributesOf(isStreaming);
  if (!drawn) {
    return (
      <div {...attributes} data-served>
        <Plain text={text} />
      </div>
    );
  }
  // biome-ignore lint/security/noDangerouslySetInnerHtml: React itself has made it, of the elements that a browser gets too.
  return <div {...attributes} data-served dangerouslySetInnerHTML={drawn} />;
}

/** React takes it for what stands in the page already, and leaves that alone. */
const AS_IT_IS = { __html: "" } as const;

function Living({ text, isStreaming }: ProseProps) {
  const box = useRef<HTMLDivElement>(null);
  const isServed = useServed(box, isStreaming);
  const attributes = attributesOf(isStreaming);
  if (isServed) {
    return (
      <div
        ref={box}
        {...attributes}
        data-served
        suppressHydrationWarning
        // biome-ignore lint/security/noDangerouslySetInnerHtml: nothing is set, see above.
        dangerouslySetInnerHTML={AS_IT_IS}
      />
    );
  }
  const Markdown = loadedMarkdown() ?? LaterMarkdown;
  return (
    <div ref={box} {...attributes}>
      <Guard of={text} fallback={<Plain text={text} />}>
        <Suspense fallback={<Plain text={text} />}>
          <Markdown text={text} isStreaming={isStreaming} />
        </Suspense>
      </Guard>
    </div>
  );
}

function Plain({ text }: { text: string }) {
  useEffect(() => void wantMarkdown(), []);
  return (
    <div data-unread>
      <p className="prose-plain" dir="auto">
        {text}
      </p>
    </div>
  );
}

/** Without the word that is still arriving; scripts that write no spaces lose nothing. */
export function wholeWords(text: string): string {
  // Only its end is looked at: a long answer is cut with every piece that comes.
  const end = text.slice(-24);
  const last =
    /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\p{N}'’-]{1,24}$/u.exec(end);
  return last ? text.slice(0, text.length - end.length + last.index) : text;
}
