"use client";

import { memo } from "react";
import { Guard } from "../../ui/guard";
import Markdown from "./markdown";
import { wholeWords } from "./whole-words";

type ProseProps = { readonly text: string; readonly isStreaming: boolean };

/** The text of an answer; its words alone where they cannot be drawn. */
export const Prose = memo(function Prose({ text, isStreaming }: ProseProps) {
  const shown = isStreaming ? wholeWords(text) : text;
  return (
    <div className="prose" data-prose data-streaming={isStreaming || undefined}>
      <Guard of={shown} fallback={<Plain text={shown} />}>
        <Markdown text={shown} isStreaming={isStreaming} />
      </Guard>
    </div>
  );
});

const Plain = ({ text }: { readonly text: string }) => (
  <div>
    <p className="prose-plain" dir="auto">
      {text}
    </p>
  </div>
);
