"use client";

import { lazy, memo, Suspense, useEffect } from "react";
import { Guard } from "../../ui/guard";
import { onIntent } from "../intent";

let want: () => void = () => {};
const wanted = new Promise<void>((resolve) => {
  want = resolve;
});

if (typeof window === "undefined") want();
else onIntent(() => want());

/**
 * Brings the renderer's code: answers of the server's page stand as they are until someone stirs. Resolves when it is there,
 * and where it cannot be had.
 */
export function wantMarkdown(): Promise<unknown> {
  want();
  return import("./markdown").catch(() => null);
}

/** Resolves when the renderer is there for whoever has stirred, or cannot be had. */
export const markdownThere = (): Promise<unknown> => wanted.then(() => import("./markdown")).catch(() => null);

const Markdown = lazy(() => wanted.then(() => import("./markdown")));

type ProseProps = { readonly text: string; readonly isStreaming: boolean };

export const Prose = memo(function Prose({ text, isStreaming }: ProseProps) {
  const shown = isStreaming ? wholeWords(text) : text;
  return (
    <div className="prose" data-prose data-streaming={isStreaming || undefined}>
      <Guard of={shown} fallback={<Plain text={shown} />}>
        <Suspense fallback={<Plain text={shown} />}>
          <Markdown text={shown} isStreaming={isStreaming} />
        </Suspense>
      </Guard>
    </div>
  );
});

function Plain({ text }: { text: string }) {
  useEffect(want, []);
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
