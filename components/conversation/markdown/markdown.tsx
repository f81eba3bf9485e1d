"use client";

import type { ComponentProps } from "react";
import { type Components, type ExtraProps, Streamdown } from "streamdown";
import { CodeBlock } from "./code-block";
import { SafeImage, SafeLink, Table } from "./elements";

type Auto = "p" | "li" | "blockquote";

/** An element whose direction is that of its own words. */
function auto(name: Auto) {
  // The four share every prop that Markdown can give them.
  const Tag = name as "p";
  return function Block({ node: _, ...props }: ComponentProps<"p"> & ExtraProps) {
    return <Tag dir="auto" {...props} />;
  };
}

/** Headings of an answer stand under its question, all on one level, and keep their size. */
function heading(size: 1 | 2 | 3) {
  return function Heading({ node: _, ...props }: ComponentProps<"h3"> & ExtraProps) {
    return <h3 dir="auto" data-size={size} {...props} />;
  };
}

function plain(name: "ul" | "ol" | "thead" | "tbody" | "tr" | "strong" | "hr" | "sup" | "sub" | "section") {
  const Tag = name as "ul";
  return function Plain({ node: _, ...props }: ComponentProps<"ul"> & ExtraProps) {
    return <Tag {...props} />;
  };
}

function cell(name: "td" | "th") {
  const Tag = name as "td";
  return function Cell({ node: _, ...props }: ComponentProps<"td"> & ExtraProps) {
    return <Tag dir="auto" {...props} />;
  };
}

function Code({ node: _, ...props }: ComponentProps<"code"> & ExtraProps) {
  return <code {...props} />;
}

const components = {
  p: auto("p"),
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(3),
  h5: heading(3),
  h6: heading(3),
  li: auto("li"),
  blockquote: auto("blockquote"),
  ul: plain("ul"),
  ol: plain("ol"),
  thead: plain("thead"),
  tbody: plain("tbody"),
  tr: plain("tr"),
  strong: plain("strong"),
  hr: plain("hr"),
  sup: plain("sup"),
  sub: plain("sub"),
  section: plain("section"),
  td: cell("td"),
  th: cell("th"),
  table: Table,
  a: SafeLink,
  img: SafeImage,
  pre: CodeBlock,
  code: Code,
} as unknown as Components;

// Without the plugin that parses HTML, tags stay what they are: text.
const noHtml: never[] = [];

export default function Markdown({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  return (
    <Streamdown
      components={components}
      rehypePlugins={noHtml}
      parseIncompleteMarkdown={isStreaming}
      isAnimating={isStreaming}
      controls={false}
    >
      {text}
    </Streamdown>
  );
}
