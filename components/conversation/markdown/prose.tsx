"use client";

import { memo, Suspense, use, useEffect, useRef } from "react";
import { Guard } from "../../ui/guard";
import { LaterMarkdown, loadedMarkdown, wantMarkdown } from "./renderer";
import { useServed } from "./use-served";

const isServer = typeof window === "undefined";
/** The server has it from the start. */
const serverMarkdown = isServer ? import("./markdown") : null;

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

/**
 * An answer in the server's page. It stands in no `Suspense`: React would hand over its plain words first, and put it in their
 * place later.
 */
function Serving({ text, isStreaming }: ProseProps) {
  const Markdown = serverMarkdown && use(serverMarkdown).default;
  return (
    <div {...attributesOf(isStreaming)} data-served>
      {Markdown && <Markdown text={text} isStreaming={isStreaming} />}
    </div>
  );
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
